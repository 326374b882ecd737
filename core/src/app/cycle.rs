//! The request cycle: the one place that knows the order of the phases.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use http::{HeaderValue, Method, StatusCode, header};

use super::BoxFuture;
use super::panic::{caught, caught_call};
use super::registry::{Frozen, Options};
use super::setup::{AppInfo, SetupError};
use crate::error::{Error, HttpError, Result, settle};
use crate::middleware::{Middleware, Phases};
use crate::response::{ResponseBody, apply_conditions};
use crate::routing::{Answer, CheckedPath};
use crate::{Deprecated, Request, Response};

/// Ready once a caller waits no longer, with what is to be answered instead.
pub(super) type GivenUp<'a> = Pin<&'a mut (dyn Future<Output = HttpError> + Send)>;

/// An app's middleware without its type.
pub(super) trait Cycle: Send + Sync {
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError>;
    fn phases(&self) -> Phases;
    fn as_any(&self) -> &dyn Any;
    fn run<'a>(
        &'a self,
        app: &'a Frozen,
        req: &'a mut Request,
        resp: &'a mut Response,
        given_up: Option<GivenUp<'a>>,
    ) -> BoxFuture<'a, ()>;
    /// The whole cycle in one box, for a caller that has to own it.
    fn serve(
        &self,
        app: Arc<Frozen>,
        req: Request,
    ) -> BoxFuture<'static, http::Response<ResponseBody>>;
    fn startup<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result>;
    fn shutdown<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result>;
}

pub(super) struct Stack<M>(pub(super) M);

impl<M: Middleware> Cycle for Stack<M> {
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        self.0.check(app)
    }

    fn phases(&self) -> Phases {
        self.0.phases()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn run<'a>(
        &'a self,
        app: &'a Frozen,
        req: &'a mut Request,
        resp: &'a mut Response,
        given_up: Option<GivenUp<'a>>,
    ) -> BoxFuture<'a, ()> {
        Box::pin(run(&self.0, app, req, resp, given_up))
    }

    fn serve(
        &self,
        app: Arc<Frozen>,
        mut req: Request,
    ) -> BoxFuture<'static, http::Response<ResponseBody>> {
        Box::pin(async move {
            // The middleware lives in the app, which the future owns: it is found there again.
            let stack = app
                .cycle
                .as_ref()
                .and_then(|cycle| cycle.as_any().downcast_ref::<Self>());
            let is_head = *req.method() == Method::HEAD;
            let mut resp = app.response();
            match stack {
                Some(Self(middleware)) => run(middleware, &app, &mut req, &mut resp, None).await,
                None => run(&(), &app, &mut req, &mut resp, None).await,
            }
            app.finish(resp, is_head)
        })
    }

    fn startup<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result> {
        Box::pin(self.0.startup(app))
    }

    fn shutdown<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result> {
        Box::pin(self.0.shutdown(app))
    }
}

/// One request, from `process_request` to `process_response`.
pub(super) async fn run<M: Middleware>(
    middleware: &M,
    app: &Frozen,
    req: &mut Request,
    resp: &mut Response,
    given_up: Option<GivenUp<'_>>,
) {
    let result = unless(given_up, pin!(until_answered(middleware, app, req, resp))).await;
    let result = result.and_then(|()| apply_conditions(req, resp));
    if let Err(error) = result {
        settle(error, req, resp).await;
    }
    if let Some(deprecated) = deprecation(req) {
        deprecated.announce(resp);
    }
    if app.phases.response {
        let result = caught(pin!(async { middleware.process_response(req, resp).await })).await;
        // Once more, for a tag that was set just now.
        let result = result.and_then(|()| apply_conditions(req, resp));
        if let Err(error) = result {
            settle(error, req, resp).await;
        }
    }
}

/// Awaits an answer, if nobody gives it up before.
fn unless<F>(
    mut given_up: Option<GivenUp<'_>>,
    mut answered: Pin<&mut F>,
) -> impl Future<Output = Result>
where
    F: Future<Output = Result>,
{
    poll_fn(move |cx| {
        let answered = answered.as_mut().poll(cx);
        match (answered, &mut given_up) {
            (Poll::Pending, Some(given_up)) => given_up.as_mut().poll(cx).map(|e| Err(e.into())),
            (answered, _) => answered,
        }
    })
}

fn deprecation(req: &Request) -> Option<&Deprecated> {
    req.route()
        .filter(|route| route.is_deprecated)
        .and_then(|route| route.meta_for(req.method()))
}

async fn until_answered<M: Middleware>(
    middleware: &M,
    app: &Frozen,
    req: &mut Request,
    resp: &mut Response,
) -> Result {
    app.check_host(req)?;
    if app.options.strip_trailing_slash {
        req.strip_trailing_slash();
    }
    if app.phases.request {
        caught(pin!(async { middleware.process_request(req, resp).await })).await?;
    }
    if resp.is_complete() || answered_for_the_server(app, req, resp)? {
        return Ok(());
    }
    let index = find(app, req)?;
    let Some(route) = app.routes.get(index) else {
        return Err(Error::from_status(StatusCode::NOT_FOUND));
    };
    if app.phases.resource && req.answer() != Answer::Options {
        caught(pin!(async { middleware.process_resource(req, resp).await })).await?;
        if resp.is_complete() {
            return Ok(());
        }
    }
    match req.answer() {
        // What is in a group goes through the group's middleware, whoever answers in the end.
        Answer::Responder => {}
        other if !route.is_wrapped => return automatic(other, req, resp),
        _ => {}
    }
    caught(pin!(async { route.endpoint.call_dyn(req, resp).await })).await
}

/// Finds the route, notes it in the request, and returns its index.
fn find(app: &Frozen, req: &mut Request) -> Result<usize> {
    let path = CheckedPath::new(req.path())?;
    let found = if app.has_own_converters {
        caught_call(|| app.table.find(&path))?
    } else {
        app.table.find(&path)
    };
    let Some((index, params)) = found else {
        return Err(Error::from_status(StatusCode::NOT_FOUND));
    };
    let answer = app
        .routes
        .get(index)
        .map_or(Answer::NotAllowed, |route| app.answer(route, req.method()));
    req.set_match(index, answer, params);
    Ok(index)
}

/// `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7); no other method has a
/// use for the asterisk.
fn answered_for_the_server(app: &Frozen, req: &Request, resp: &mut Response) -> Result<bool> {
    if req.path() != "*" {
        return Ok(false);
    }
    if *req.method() != Method::OPTIONS {
        let error = HttpError::bad_request()
            .title("Invalid path")
            .code("invalid_path");
        Err(error.detail("The target `*` is for OPTIONS alone."))?;
    }
    allow(&app.allow, app.options, resp);
    Ok(true)
}

/// What the framework answers by itself where a route has no responder for the method.
pub(crate) fn automatic(answer: Answer, req: &Request, resp: &mut Response) -> Result {
    let Some(route) = req.route() else {
        return Err(Error::from_status(StatusCode::NOT_FOUND));
    };
    match answer {
        Answer::Options => {
            allow(route.allow(), req.app().options(), resp);
            Ok(())
        }
        Answer::NotImplemented => Err(Error::from_status(StatusCode::NOT_IMPLEMENTED)),
        Answer::NotAllowed | Answer::Responder => {
            let error = HttpError::new(StatusCode::METHOD_NOT_ALLOWED);
            Err(error.header(header::ALLOW, route.allow().clone()).into())
        }
    }
}

fn allow(methods: &HeaderValue, options: Options, resp: &mut Response) {
    resp.set_status(options.allow_status);
    resp.headers_mut().insert(header::ALLOW, methods.clone());
}
