//! Error handlers by type, observers, and the way from an error to a response.

use std::any::TypeId;
use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;

use http::{StatusCode, header};

use super::serializers::{self, ErrorSerializer};
use super::{Error, Result};
use crate::app::{BoxFuture, caught};
use crate::header::merge;
use crate::{Body, Request, Response};

/// What turns an error of type `E` into a response: an
/// `async fn(&E, &mut Request, &mut Response) -> Result`.
///
/// It fills in the response, whose body is empty and whose status is the error's already. The
/// `Err` that it returns is rendered in place of the first one, without a second handler.
///
/// ```
/// use falcon_core::{App, HttpError, Request, Response, Result};
///
/// async fn no_such_file(_e: &std::io::Error, _req: &mut Request, _resp: &mut Response) -> Result {
///     Err(HttpError::not_found().into())
/// }
///
/// let mut app = App::new();
/// app.add_error_handler(no_such_file);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error handler for `{E}`",
    label = "expected `async fn(&{E}, &mut Request, &mut Response) -> Result` whose future is `Send`"
)]
pub trait ErrorHandler<'a, E: 'a>: Send + Sync + 'static {
    /// What the function returns.
    type Fut: Future<Output = Result> + Send + 'a;

    /// Handles one error.
    fn handle(&self, error: &'a E, req: &'a mut Request, resp: &'a mut Response) -> Self::Fut;
}

impl<'a, E, F, Fut> ErrorHandler<'a, E> for F
where
    E: 'a,
    F: Fn(&'a E, &'a mut Request, &'a mut Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'a,
{
    type Fut = Fut;

    fn handle(&self, error: &'a E, req: &'a mut Request, resp: &'a mut Response) -> Fut {
        self(error, req, resp)
    }
}

type Handler = Box<
    dyn for<'a> Fn(&'a Error, &'a mut Request, &'a mut Response) -> BoxFuture<'a, Result>
        + Send
        + Sync,
>;
/// A handler, with the type that it is for and how to tell whether an error is of it.
struct TypedHandler {
    type_id: TypeId,
    takes: fn(&Error) -> bool,
    handler: Handler,
}

type Observer = Box<dyn Fn(&Error, &Request) + Send + Sync>;

/// All that an application says about errors.
pub(crate) struct ErrorHandling {
    handlers: Vec<TypedHandler>,
    /// For errors that have no handler of their own.
    default: Option<Handler>,
    observers: Vec<Observer>,
    serializer: Box<dyn ErrorSerializer>,
}

impl Default for ErrorHandling {
    fn default() -> Self {
        Self {
            handlers: Vec::new(),
            default: None,
            observers: Vec::new(),
            serializer: Box::new(serializers::problem),
        }
    }
}

impl ErrorHandling {
    /// The last handler added for a type counts.
    pub(crate) fn add_handler<E: StdError + Send + Sync + 'static>(
        &mut self,
        f: impl for<'a> ErrorHandler<'a, E>,
    ) {
        let handler: Handler = Box::new(move |error, req, resp| match error.downcast_ref::<E>() {
            Some(error) => Box::pin(f.handle(error, req, resp)),
            None => Box::pin(std::future::ready(Ok(()))),
        });
        let type_id = TypeId::of::<E>();
        self.handlers.retain(|known| known.type_id != type_id);
        self.handlers.push(TypedHandler {
            type_id,
            takes: Error::is::<E>,
            handler,
        });
    }

    pub(crate) fn set_default_handler(&mut self, f: impl for<'a> ErrorHandler<'a, Error>) {
        self.default = Some(Box::new(move |error, req, resp| {
            Box::pin(f.handle(error, req, resp))
        }));
    }

    pub(crate) fn add_observer(&mut self, f: impl Fn(&Error, &Request) + Send + Sync + 'static) {
        self.observers.push(Box::new(f));
    }

    pub(crate) fn set_serializer(&mut self, serializer: impl ErrorSerializer) {
        self.serializer = Box::new(serializer);
    }

    fn handler_for(&self, error: &Error) -> Option<&Handler> {
        let own = self.handlers.iter().find(|known| (known.takes)(error));
        // A redirect or another status that ends a request early is no error.
        let default = self.default.as_ref().filter(|_| error.as_reply().is_none());
        own.map(|known| &known.handler).or(default)
    }

    /// Writes an error into the response; nothing that goes wrong here goes further.
    fn render(&self, error: &Error, req: &Request, resp: &mut Response) {
        if error.status() == StatusCode::NOT_MODIFIED {
            resp.become_not_modified();
        } else {
            resp.clear_representation();
        }
        resp.set_status(error.status());
        if let Some(reply) = error.as_reply() {
            merge(reply.headers().clone(), resp.headers_mut());
            let text = reply.body();
            if reply.headers().contains_key(header::CONTENT_TYPE) {
                resp.set_body(text);
            } else if !text.is_empty() {
                resp.set_text(text);
            }
            return;
        }
        error.add_headers(resp.headers_mut());
        let Some(http) = error.to_http() else { return };
        let written = catch_unwind(AssertUnwindSafe(|| {
            self.serializer.serialize(req, resp, &http);
        }));
        if written.is_err() {
            resp.set_status(StatusCode::INTERNAL_SERVER_ERROR);
            resp.headers_mut().remove(header::CONTENT_TYPE);
            resp.set_body(Body::empty());
        }
    }

    fn observe(&self, error: &Error, req: &Request) {
        for observer in &self.observers {
            // An observer that panics must not keep the others or the client waiting.
            if catch_unwind(AssertUnwindSafe(|| observer(error, req))).is_err() {}
        }
    }
}

/// Does all that an error demands. It is called for errors alone, since the way here costs a request
/// that has none more than to look.
pub(crate) async fn settle(error: Error, req: &mut Request, resp: &mut Response) {
    if let Some(handling) = fail(error, req, resp) {
        handling.await;
    }
}

/// Takes one error to the handlers, observers and the serializer, and notes it in the response.
///
/// A future comes back only where a handler has to be awaited.
#[cold]
fn fail<'a>(
    error: Error,
    req: &'a mut Request,
    resp: &'a mut Response,
) -> Option<BoxFuture<'a, ()>> {
    let app = Arc::clone(req.app());
    let errors = app.errors();
    errors.observe(&error, req);
    let error = if errors.handlers.is_empty() && errors.default.is_none() {
        error
    } else {
        error.into_described()
    };
    if errors.handler_for(&error).is_none() {
        errors.render(&error, req, resp);
        resp.fail(error);
        return None;
    }
    Some(Box::pin(async move {
        let errors = app.errors();
        let Some(handler) = errors.handler_for(&error) else {
            return;
        };
        resp.clear_representation();
        resp.set_status(error.status());
        error.add_headers(resp.headers_mut());
        let outcome = caught(pin!(async { handler(&error, req, resp).await })).await;
        let Err(second) = outcome else {
            return resp.fail(error);
        };
        errors.observe(&second, req);
        errors.render(&second, req, resp);
        resp.fail(second);
    }))
}
