//! Functions as responders: a second URL for one object, and methods beyond the usual.

use std::future::Future;
use std::sync::Arc;

use http::Method;

use super::{Endpoint, Methods, Sealed, decide, refuse_undecided, tell};
use crate::Metadata;
use crate::app::BoxFuture;
use crate::error::{Error, Result};
use crate::header::Validators;
use crate::{Hook, Request, Response};

/// A function that answers a request with the help of a state `S`: an
/// `async fn(&S, &mut Request, &mut Response) -> Result`.
///
/// It is implemented for every such function, and is to be called by the framework alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a responder for `{S}`",
    label = "expected `async fn(&{S}, &mut Request, &mut Response) -> Result` whose future is `Send`"
)]
pub trait Responder<'a, S: 'a>: Send + Sync + 'static {
    /// What the function returns.
    type Fut: Future<Output = Result> + Send + 'a;

    /// Calls the function.
    fn respond(&self, state: &'a S, req: &'a mut Request, resp: &'a mut Response) -> Self::Fut;
}

impl<'a, S, F, Fut> Responder<'a, S> for F
where
    S: 'a,
    F: Fn(&'a S, &'a mut Request, &'a mut Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'a,
{
    type Fut = Fut;

    fn respond(&self, state: &'a S, req: &'a mut Request, resp: &'a mut Response) -> Fut {
        self(state, req, resp)
    }
}

/// A function that tells the state of what a state `S` answers for: an
/// `async fn(&S, &Request) -> Result<Validators>`; see [`Responders::validators`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` tells no validators of `{S}`",
    label = "expected `async fn(&{S}, &Request) -> Result<Validators>` whose future is `Send`"
)]
pub trait ValidatorsFn<'a, S: 'a>: Send + Sync + 'static {
    /// What the function returns.
    type Fut: Future<Output = Result<Validators>> + Send + 'a;

    /// Calls the function.
    fn tell(&self, state: &'a S, req: &'a Request) -> Self::Fut;
}

impl<'a, S, F, Fut> ValidatorsFn<'a, S> for F
where
    S: 'a,
    F: Fn(&'a S, &'a Request) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Validators>> + Send + 'a,
{
    type Fut = Fut;

    fn tell(&self, state: &'a S, req: &'a Request) -> Fut {
        self(state, req)
    }
}

type BoxedValidators<S> =
    Box<dyn for<'a> Fn(&'a S, &'a Request) -> BoxFuture<'a, Result<Validators>> + Send + Sync>;

type BoxedResponder<S> = Box<
    dyn for<'a> Fn(&'a S, &'a mut Request, &'a mut Response) -> BoxFuture<'a, Result> + Send + Sync,
>;

/// Responders chosen one by one, with the object that they share.
///
/// It gives one object several URLs (Falcon's suffixes), and answers methods for which
/// [`Resource`](super::Resource) has no name: `PURGE`, `WebDAV`'s.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use falcon_core::{App, Request, Responders, Response, Result};
///
/// struct Users { /* a database */ }
///
/// impl Users {
///     async fn list(&self, _req: &mut Request, resp: &mut Response) -> Result {
///         resp.set_text("all");
///         Ok(())
///     }
///
///     async fn one(&self, req: &mut Request, resp: &mut Response) -> Result {
///         let id: u64 = req.param_as("id")?;
///         resp.set_text(id.to_string());
///         Ok(())
///     }
/// }
///
/// let users = Arc::new(Users {});
/// let mut app = App::new();
/// app.add_route("/users", Responders::of(Arc::clone(&users)).on_get(Users::list));
/// app.add_route("/users/{id:int}", Responders::of(users).on_get(Users::one));
/// ```
pub struct Responders<S> {
    state: Arc<S>,
    list: Vec<(Method, BoxedResponder<S>)>,
    others: Option<BoxedResponder<S>>,
    /// The method that was given last; `None` for all.
    last: Option<Method>,
    validators: Option<BoxedValidators<S>>,
    meta: Metadata,
}

impl<S: Send + Sync + 'static> Responders<S> {
    /// Starts with the state that all responders get: an object, or an `Arc` of one.
    #[must_use]
    pub fn of(state: impl Into<Arc<S>>) -> Self {
        Self {
            state: state.into(),
            list: Vec::new(),
            others: None,
            last: None,
            validators: None,
            meta: Metadata::default(),
        }
    }

    /// Has `f` answer GET.
    #[must_use]
    pub fn on_get(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::GET, f)
    }

    /// Has `f` answer HEAD.
    #[must_use]
    pub fn on_head(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::HEAD, f)
    }

    /// Has `f` answer POST.
    #[must_use]
    pub fn on_post(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::POST, f)
    }

    /// Has `f` answer PUT.
    #[must_use]
    pub fn on_put(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::PUT, f)
    }

    /// Has `f` answer PATCH.
    #[must_use]
    pub fn on_patch(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::PATCH, f)
    }

    /// Has `f` answer DELETE.
    #[must_use]
    pub fn on_delete(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::DELETE, f)
    }

    /// Has `f` answer OPTIONS.
    #[must_use]
    pub fn on_options(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::OPTIONS, f)
    }

    /// Has `f` answer QUERY.
    #[must_use]
    pub fn on_query(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::QUERY, f)
    }

    /// Has `f` answer TRACE.
    #[must_use]
    pub fn on_trace(self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.on(Method::TRACE, f)
    }

    /// Has `f` answer any method. The last one given for a method counts.
    #[must_use]
    pub fn on(mut self, method: Method, f: impl for<'a> Responder<'a, S>) -> Self {
        self.list.retain(|(m, _)| *m != method);
        self.last = Some(method.clone());
        self.list.push((method, boxed(f)));
        self
    }

    /// Has `f` answer every method that has no responder of its own, OPTIONS excepted, as
    /// [`Resource::on_request`](super::Resource::on_request) does.
    #[must_use]
    pub fn on_request(mut self, f: impl for<'a> Responder<'a, S>) -> Self {
        self.others = Some(boxed(f));
        self.last = None;
        self
    }

    /// Has `f` tell the state for conditional requests, as
    /// [`Resource::validators`](super::Resource::validators) does.
    #[must_use]
    pub fn validators(mut self, f: impl for<'a> ValidatorsFn<'a, S>) -> Self {
        self.validators = Some(Box::new(move |state, req| Box::pin(f.tell(state, req))));
        self
    }

    /// Adds metadata for the method that was given last; after `on_request`, for every method that
    /// has none of its own.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        match &self.last {
            Some(method) => self.meta.with_for(method.clone(), value),
            None => self.meta.with(value),
        };
        self
    }
}

impl<S> Sealed for Responders<S> {}

impl<S: Send + Sync + 'static> Endpoint for Responders<S> {
    fn methods(&self) -> Methods {
        let mut methods = Methods::default();
        for (method, _) in &self.list {
            methods.add(method.clone());
        }
        methods.set_others(self.others.is_some());
        methods
    }

    fn describe_to(&self, meta: &mut Metadata) {
        meta.append(&self.meta);
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    fn tells_state(&self) -> bool {
        self.validators.is_some()
    }

    async fn call(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.call_boxed(req, resp).await
    }

    fn call_boxed<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result> {
        let Some(validators) = &self.validators else {
            return match refuse_undecided(req) {
                Ok(()) => self.respond(req, resp),
                refused => Box::pin(std::future::ready(refused)),
            };
        };
        Box::pin(async move {
            let now = decide(req, validators(&self.state, req)).await?;
            self.respond(req, resp).await?;
            tell(now, resp);
            Ok(())
        })
    }
}

impl<S: Send + Sync + 'static> Responders<S> {
    fn respond<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result> {
        let of = |wanted: &Method| {
            let known = self.list.iter().find(|(method, _)| method == wanted);
            known.map(|(_, responder)| responder)
        };
        let by_get = *req.method() == Method::HEAD && req.head_is_answered_by_get();
        let found = of(req.method())
            .or_else(|| of(&Method::GET).filter(|_| by_get))
            .or(self.others.as_ref());
        match found {
            Some(responder) => responder(&self.state, req, resp),
            None => Box::pin(std::future::ready(Err(Error::from_status(
                http::StatusCode::METHOD_NOT_ALLOWED,
            )))),
        }
    }
}

fn boxed<S: 'static>(f: impl for<'a> Responder<'a, S>) -> BoxedResponder<S> {
    Box::new(move |state, req, resp| Box::pin(f.respond(state, req, resp)))
}

impl<S> std::fmt::Debug for Responders<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let methods = self.list.iter().map(|(method, _)| method);
        f.debug_list().entries(methods).finish()
    }
}

/// A function that answers every method below a prefix; see [`App::add_sink`](crate::App::add_sink).
pub struct Sink<H>(pub(crate) H);

impl<H> Sealed for Sink<H> {}

impl<H: Hook> Endpoint for Sink<H> {
    fn methods(&self) -> Methods {
        Methods::all()
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<H>()
    }

    async fn call(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.0.run(req, resp).await
    }
}

impl<H> std::fmt::Debug for Sink<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sink")
    }
}
