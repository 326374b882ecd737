//! Resources: plain types whose `on_…` methods answer requests.

mod endpoint;
mod hooked;
mod responders;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Method, StatusCode};

pub use self::endpoint::Endpoint;
pub(crate) use self::endpoint::{DynEndpoint, Methods, Sealed};
pub(crate) use self::hooked::{After, Before, Grouped, Only};
pub use self::responders::{Responder, Responders, Sink, ValidatorsFn};
use crate::Metadata;
use crate::app::Noop;
use crate::error::{Error, Result};
use crate::header::{Validators, precondition_required, reads};
use crate::{Request, Response};

/// The future of a responder that a type does not implement.
///
/// Its type, not what it gives, tells an implemented responder from one that is not: no
/// responder that is written out returns it, for it cannot be named outside this crate.
struct NotImplemented;

impl Future for NotImplemented {
    type Output = Result;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result> {
        Poll::Ready(Err(Error::from_status(StatusCode::METHOD_NOT_ALLOWED)))
    }
}

/// The future of [`Resource::validators`] where a type does not implement it.
struct NoValidators;

impl Future for NoValidators {
    type Output = Result<Validators>;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(Validators::new()))
    }
}

/// Tells whether a resource tells its validators.
fn tells_validators<'a, R: 'a, Fut>(_f: impl Fn(&'a R, &'a Request) -> Fut) -> bool {
    typeid::of::<Fut>() != typeid::of::<NoValidators>()
}

/// Decides the conditions of a request, where it has any; returns what is to be said of the
/// resource in the answer to a request that reads.
async fn decide(
    req: &Request,
    validators: impl Future<Output = Result<Validators>>,
) -> Result<Option<Validators>> {
    let is_read = reads(req.method());
    if !is_read && !req.is_conditional() {
        return Ok(None);
    }
    let now = validators.await?;
    req.check_preconditions(&now)?;
    Ok(is_read.then_some(now))
}

/// Refuses what demands a condition of a resource that tells nothing to decide it by.
fn refuse_undecided(req: &Request) -> Result {
    if req.demands_condition {
        Err(precondition_required())?;
    }
    Ok(())
}

/// Says of a resource that was read what it told of itself.
fn tell(validators: Option<Validators>, resp: &mut Response) {
    if let Some(validators) = validators.filter(|_| resp.status() == StatusCode::OK) {
        validators.write(resp.headers_mut());
    }
}

/// Tells whether a responder or a middleware phase is implemented: whether the function returns
/// anything but the future of the default.
pub(crate) fn is_overridden<'a, S: 'a, F, Fut>(_f: F) -> bool
where
    F: Fn(&'a S, &'a mut Request, &'a mut Response) -> Fut,
{
    let future = typeid::of::<Fut>();
    future != typeid::of::<NotImplemented>() && future != typeid::of::<Noop>()
}

/// Something that a URL leads to: a plain type with a responder for each method that it
/// answers.
///
/// Responders are plain `async fn`s. What a type implements is found out when it is given
/// to [`App::add_route`](crate::App::add_route), and from it come 405 with the right
/// `Allow`, the answer to OPTIONS, HEAD by GET, and the route listing. A resource without
/// any responder is refused by [`App::freeze`](crate::App::freeze).
///
/// Everything a responder needs is in the resource itself, given to it when it was made.
/// One resource serves all requests, side by side: what changes needs a lock, a channel
/// or an atomic.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, HttpError, Request, Resource, Response, Result};
///
/// struct Greeting {
///     word: String,
/// }
///
/// impl Resource for Greeting {
///     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
///         let name = req.param("name").ok_or_else(HttpError::not_found)?;
///         resp.set_text(format!("{}, {name}!", self.word));
///         Ok(())
///     }
/// }
///
/// let mut app = App::new();
/// app.add_route("/greet/{name}", Greeting { word: "Hello".into() });
/// ```
///
/// # Wrapping a resource
///
/// A type that forwards to another resource must hand on the inner future from a plain
/// `fn`, as the implementation for `Arc<R>` does; an `async fn` around it would count as
/// implemented, whatever the inner one is. To do something before or after a responder,
/// use a [`Hook`](crate::Hook).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "needs `impl Resource for {Self}` with at least one responder such as `async fn on_get`",
    note = "a bare async function is added with `Responders::of(state).on_get(function)`"
)]
pub trait Resource: Send + Sync + 'static {
    /// Answers GET, and HEAD where there is no `on_head` (RFC 9110 section 9.3.1).
    fn on_get(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers HEAD; a body that it sets is not sent (RFC 9110 section 9.3.2).
    fn on_head(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers POST (RFC 9110 section 9.3.3).
    fn on_post(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers PUT (RFC 9110 section 9.3.4).
    fn on_put(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers PATCH (RFC 5789).
    fn on_patch(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers DELETE (RFC 9110 section 9.3.5).
    fn on_delete(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers OPTIONS, in place of the automatic 204 with `Allow` (RFC 9110 section 9.3.7).
    fn on_options(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers QUERY, a safe request with a body.
    fn on_query(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers TRACE. Think twice: an echoed header may hold a secret (RFC 9110 section 9.3.8).
    fn on_trace(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Answers every method that has no responder of its own, OPTIONS excepted; also methods that
    /// nobody has heard of.
    fn on_request(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        NotImplemented
    }

    /// Tells the state in which the resource is now: called before the responder, for requests
    /// that read and for those that have a condition, and 304 or 412 is answered without it. The
    /// answer to one that reads says what was told here, where the responder does not say it.
    ///
    /// ```
    /// use falcon_core::header::{ETag, Validators};
    /// use falcon_core::{HttpError, Request, Resource, Response, Result};
    ///
    /// struct Document { version: u64 }
    ///
    /// impl Resource for Document {
    ///     async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
    ///         Ok(()) // `If-Match` holds
    ///     }
    ///
    ///     async fn validators(&self, _req: &Request) -> Result<Validators> {
    ///         Ok(Validators::new().etag(ETag::strong(self.version.to_string())?))
    ///     }
    /// }
    /// ```
    ///
    /// What is decided here may have changed when the responder writes: one that several servers
    /// write to compares once more inside its transaction, with
    /// [`check_preconditions`](Request::check_preconditions).
    ///
    /// # Specification
    ///
    /// RFC 9110 section 13.2.
    fn validators(&self, req: &Request) -> impl Future<Output = Result<Validators>> + Send {
        let _ = req;
        NoValidators
    }

    /// Adds metadata that the type itself carries, on every route that leads to it.
    fn describe(&self, meta: &mut Metadata) {
        let _ = meta;
    }
}

/// Does for each method what the trait's text does not: the implementation for `Arc`, detection,
/// dispatch. (The trait itself is written out, for the compiler shows its text to users.)
macro_rules! for_each_method {
    ($($name:ident, $method:ident;)*) => {
        #[diagnostic::do_not_recommend]
        impl<R: Resource> Resource for Arc<R> {
            $(
                fn $name(&self, req: &mut Request, resp: &mut Response) -> impl Future<Output = Result> + Send {
                    (**self).$name(req, resp)
                }
            )*

            fn on_request(&self, req: &mut Request, resp: &mut Response) -> impl Future<Output = Result> + Send {
                (**self).on_request(req, resp)
            }

            fn validators(&self, req: &Request) -> impl Future<Output = Result<Validators>> + Send {
                (**self).validators(req)
            }

            fn describe(&self, meta: &mut Metadata) {
                (**self).describe(meta);
            }
        }

        /// Returns the methods that `R` implements.
        fn implemented<R: Resource>() -> Methods {
            let mut methods = Methods::default();
            $(
                if is_overridden(R::$name) {
                    methods.add(Method::$method);
                }
            )*
            methods.set_others(is_overridden(R::on_request));
            methods
        }

        /// Calls the responder for the request's method; HEAD falls to GET, every other to
        /// `on_request`. Routing made sure that there is one.
        async fn dispatch<R: Resource>(resource: &R, req: &mut Request, resp: &mut Response) -> Result {
            match *req.method() {
                $(
                    Method::$method if is_overridden(R::$name) => resource.$name(req, resp).await,
                )*
                Method::HEAD if is_overridden(R::on_get) && req.head_is_answered_by_get() => {
                    resource.on_get(req, resp).await
                }
                _ => resource.on_request(req, resp).await,
            }
        }
    };
}

for_each_method! {
    on_get, GET;
    on_head, HEAD;
    on_post, POST;
    on_put, PUT;
    on_patch, PATCH;
    on_delete, DELETE;
    on_options, OPTIONS;
    on_query, QUERY;
    on_trace, TRACE;
}
