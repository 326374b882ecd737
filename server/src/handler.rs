//! One request: the gate, the app, the deadline.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use falcon_core::http::{HeaderValue, Request, Response, StatusCode, header};
use falcon_core::{AppService, Body, HttpError, ResponseBody, Route};
use http_body::Body as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout};

use crate::body::{Timed, Tracked, Waiting};
use crate::config::Config;
use crate::gate;
use crate::phase::Activity;

/// As route metadata: how long the app may take until it has a response on this route, in place of
/// the server's [`handler_timeout`](crate::Server::handler_timeout).
///
/// ```
/// use std::time::Duration;
///
/// use falcon_server::HandlerTimeout;
/// # use falcon_core::{App, Request, Resource, Response, Result};
/// # struct Poll;
/// # impl Resource for Poll {
/// #     async fn on_get(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
/// # }
/// # let mut app = App::new();
/// app.add_route("/poll", Poll).with(HandlerTimeout::after(Duration::from_secs(90)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HandlerTimeout(Option<Duration>);

impl HandlerTimeout {
    /// The request is answered with 503 after this time, and middleware sees that answer as it
    /// sees any other. Should it have to be waited for then, for more than a second, the server
    /// answers by itself.
    pub fn after(limit: Duration) -> Self {
        Self(Some(limit))
    }

    /// The app may take for ever.
    pub fn never() -> Self {
        Self(None)
    }

    /// Whether any method of a route has a limit of its own.
    pub(crate) fn is_on(route: &Route) -> bool {
        route.meta::<Self>().is_some()
            || route
                .methods()
                .iter()
                .any(|m| route.meta_for::<Self>(m).is_some())
    }
}

/// What all requests of a server share.
pub(crate) struct Shared {
    pub(crate) service: AppService,
    pub(crate) config: Arc<Config>,
    /// Whether some route has a limit of its own: otherwise routes need not be looked up here.
    own_timeouts: bool,
}

impl Shared {
    pub(crate) fn new(service: AppService, config: Config) -> Self {
        let own_timeouts = service.routes().iter().any(HandlerTimeout::is_on);
        Self {
            service,
            config: Arc::new(config),
            own_timeouts,
        }
    }

    fn timeout<B>(&self, request: &Request<B>) -> Option<Duration> {
        let route = self
            .own_timeouts
            .then(|| self.service.route_for(request.uri().path()))
            .flatten();
        let own = route.and_then(|route| route.meta_for::<HandlerTimeout>(request.method()));
        own.map_or(self.config.handler_timeout, |own| own.0)
    }
}

/// How long `process_response` of the middleware may take for the answer to what took too long.
const LAST_WORDS: Duration = Duration::from_secs(1);

const TOO_SLOW: &str = "The server did not have an answer in time.";

/// What hyper calls for each request of a connection. It is shared by the requests of one connection
/// alone, so that workers do not fight over a count.
pub(crate) struct Handler {
    shared: Arc<Shared>,
    service: AppService,
    activity: Arc<Activity>,
}

impl Handler {
    pub(crate) fn new(peer: SocketAddr, shared: Arc<Shared>, activity: Arc<Activity>) -> Arc<Self> {
        let service = shared.service.with_peer(peer);
        Arc::new(Self {
            shared,
            service,
            activity,
        })
    }

    /// From the call on, and not from the first time that the future is polled, the connection has
    /// a request in flight.
    pub(crate) fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<Tracked>, Infallible>> {
        let has_body = !request.body().is_end_stream();
        let in_flight = self.activity.request(has_body);
        async move {
            let response = self.respond(request).await;
            self.activity.answer();
            Ok(response.map(|body| Tracked::new(body, in_flight)))
        }
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<ResponseBody> {
        let (parts, body) = request.into_parts();
        if let Err((status, why)) = gate::check(&parts) {
            return refuse(status, why);
        }
        let (body, waiting) = incoming(body, &self.shared.config);
        let request = Request::from_parts(parts, body);
        let limit = self.shared.timeout(&request);
        let is_late = AtomicBool::new(false);
        let given_up = poll_fn(|_| {
            if is_late.load(Relaxed) {
                Poll::Ready(HttpError::service_unavailable().detail(TOO_SLOW))
            } else {
                Poll::Pending
            }
        });
        let answer = self.service.handle_unless(request, given_up);
        let Some(mut response) = within(limit, waiting, &is_late, answer).await else {
            return refuse(StatusCode::SERVICE_UNAVAILABLE, TOO_SLOW);
        };
        if is_late.load(Relaxed) {
            close_after(&mut response);
        }
        response
    }
}

fn incoming(body: Incoming, config: &Config) -> (Body, Option<Arc<Waiting>>) {
    if body.is_end_stream() {
        return (Body::empty(), None);
    }
    let waiting = Waiting::new(config.body_timeout);
    let timed = Timed::new(body, config.body_timeout, Arc::clone(&waiting));
    (Body::new(timed), Some(waiting))
}

/// Awaits a future for so long, without the time in which it waits for the client; then says that
/// it is late, and awaits it a little longer. The timer is only made once the future has to wait.
async fn within<F: Future>(
    limit: Option<Duration>,
    waiting: Option<Arc<Waiting>>,
    is_late: &AtomicBool,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    let first = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
    let limit = match (first, limit) {
        (Poll::Ready(output), _) => return Some(output),
        (Poll::Pending, None) => return Some(future.await),
        (Poll::Pending, Some(limit)) => limit,
    };
    let began = Instant::now();
    loop {
        let waited = waiting.as_ref().map(|waiting| waiting.so_far());
        let limit = limit.saturating_add(waited.unwrap_or_default());
        let left = limit.saturating_sub(began.elapsed());
        if left.is_zero() {
            is_late.store(true, Relaxed);
            return timeout(LAST_WORDS, future).await.ok();
        }
        if let Ok(output) = timeout(left, future.as_mut()).await {
            return Some(output);
        }
    }
}

/// A problem (RFC 9457) that the server gives by itself; the connection is closed after it.
fn refuse(status: StatusCode, why: &'static str) -> Response<ResponseBody> {
    let title = status.canonical_reason().unwrap_or("Error");
    let code = title.to_ascii_lowercase().replace(' ', "_");
    let number = status.as_u16();
    let problem =
        format!(r#"{{"title":"{title}","status":{number},"detail":"{why}","code":"{code}"}}"#);
    let mut response = Response::new(ResponseBody::from(Body::from(problem)));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    close_after(&mut response);
    response
}

fn close_after(response: &mut Response<ResponseBody>) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
}
