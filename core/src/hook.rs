//! Hooks: what runs before or after the responders of one route.

use std::future::Future;

use http::Method;

use crate::error::Result;
use crate::header::{precondition_required, reads};
use crate::{Request, Response};

/// Something to be done before or after a responder: an
/// `async fn(&mut Request, &mut Response) -> Result`, or a type that carries its own arguments.
///
/// A hook is added to a route with [`before`](crate::RouteBuilder::before),
/// [`after`](crate::RouteBuilder::after), or for one method with
/// [`before_on`](crate::RouteBuilder::before_on) and [`after_on`](crate::RouteBuilder::after_on).
///
/// - A before-hook that returns an error or calls [`Response::complete`] keeps the responder from
///   running.
/// - After-hooks run where the responder returned `Ok`.
/// - The answers that the framework gives by itself (405, the automatic OPTIONS) run no hook.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, Hook, Request, Resource, Response, Result};
///
/// struct MaxLimit(u32);
///
/// impl Hook for MaxLimit {
///     async fn run(&self, req: &mut Request, _resp: &mut Response) -> Result {
///         req.query()?.within("limit", ..=self.0)?;
///         Ok(())
///     }
/// }
///
/// async fn no_cache(_req: &mut Request, resp: &mut Response) -> Result {
///     resp.set_header("cache-control", "no-store")?;
///     Ok(())
/// }
///
/// # struct Things;
/// # impl Resource for Things {
/// #     async fn on_get(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
/// # }
/// let mut app = App::new();
/// app.add_route("/things", Things).before(MaxLimit(100)).after(no_cache);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hook",
    label = "expected `async fn(&mut Request, &mut Response) -> Result`, or a type that implements `Hook`"
)]
pub trait Hook: Send + Sync + 'static {
    /// Does it.
    fn run(&self, req: &mut Request, resp: &mut Response) -> impl Future<Output = Result> + Send;
}

/// A function as a hook: the form in which the compiler can name its future.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hook",
    label = "expected `async fn(&mut Request, &mut Response) -> Result`, or a type that implements `Hook`"
)]
pub trait HookFn<'a>: Send + Sync + 'static {
    /// What the function returns.
    type Fut: Future<Output = Result> + Send + 'a;

    /// Calls the function.
    fn call(&self, req: &'a mut Request, resp: &'a mut Response) -> Self::Fut;
}

impl<'a, F, Fut> HookFn<'a> for F
where
    F: Fn(&'a mut Request, &'a mut Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'a,
{
    type Fut = Fut;

    fn call(&self, req: &'a mut Request, resp: &'a mut Response) -> Fut {
        self(req, resp)
    }
}

impl<F> Hook for F
where
    F: for<'a> HookFn<'a>,
{
    async fn run(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.call(req, resp).await
    }
}

/// A hook that demands a condition of requests that write: `If-Match` with a tag,
/// `If-Unmodified-Since`, or, for what is not there yet, `If-None-Match: *`. Without one of these,
/// or where what the resource tells does not decide it, the answer is 428.
///
/// It keeps two clients from undoing each other's changes unseen. A route whose resource tells no
/// [`validators`](crate::Resource::validators) cannot have it: [`App::freeze`](crate::App::freeze)
/// refuses it.
///
/// ```
/// use falcon_core::header::{ETag, Validators};
/// use falcon_core::{App, Method, PreconditionRequired, Request, Resource, Response, Result};
///
/// struct Document;
///
/// impl Resource for Document {
///     async fn on_put(&self, _req: &mut Request, _resp: &mut Response) -> Result {
///         Ok(()) // not reached unless the client has seen the document as it is
///     }
///
///     async fn validators(&self, _req: &Request) -> Result<Validators> {
///         Ok(Validators::new().etag(ETag::strong("v7")?))
///     }
/// }
///
/// let mut app = App::new();
/// app.add_route("/document", Document).before_on(Method::PUT, PreconditionRequired);
/// ```
///
/// # Specification
///
/// RFC 6585 section 3.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is its own constructor")]
pub struct PreconditionRequired;

impl Hook for PreconditionRequired {
    async fn run(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let is_safe = matches!(*req.method(), Method::OPTIONS | Method::TRACE);
        if is_safe || reads(req.method()) {
            return Ok(());
        }
        req.demands_condition = true;
        if req.is_conditional() {
            return Ok(());
        }
        Err(precondition_required())?
    }
}
