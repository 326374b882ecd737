//! What can be said about a route while it is added.

use std::any::TypeId;
use std::panic::Location;

use http::Method;

use super::metadata::Metadata;
use super::route::HookInfo;
use crate::app::Registry;
use crate::middleware::{Middleware, Shared};
use crate::resource::{After, Before, DynEndpoint, Endpoint, Grouped, Methods, Only};
use crate::{Hook, PreconditionRequired};

/// Says more about a route that is being added. The route is added when this goes out of scope,
/// at the end of the statement.
///
/// Nothing here fails: what is wrong with a route is reported by
/// [`App::freeze`](crate::App::freeze), for all routes together.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, BodyLimit, Request, Resource, Response, Result};
///
/// struct Things;
/// impl Resource for Things {
///     async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result { Ok(()) }
/// }
///
/// async fn log(req: &mut Request, _resp: &mut Response) -> Result {
///     println!("{} {}", req.method(), req.path());
///     Ok(())
/// }
///
/// let mut app = App::new();
/// app.add_route("/things", Things)
///     .name("things")
///     .with(BodyLimit::bytes(4096))
///     .before(log);
/// ```
pub struct RouteBuilder<'a, M: Middleware, E: Endpoint> {
    // Taken when the route is added, or when the endpoint becomes another.
    parts: Option<(About<'a, M>, E)>,
}

/// What was said about the route.
struct About<'a, M> {
    registry: &'a mut Registry,
    template: String,
    name: Option<String>,
    kind: Kind,
    group: Option<Shared<M>>,
    groups: Vec<usize>,
    inherited: Metadata,
    meta: Metadata,
    hooks: Vec<HookInfo>,
    demands_state: bool,
    /// Where the route's own part of the template begins, after the prefix of its group.
    own_from: usize,
    added_at: &'static Location<'static>,
}

/// How a route takes part in lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Route,
    /// A mount or a sink: its prefix and all below it, where no route matches.
    Prefix,
    /// A sink whose prefix is a regular expression.
    Pattern,
}

/// A route that was added and is not compiled yet.
pub(crate) struct PendingRoute {
    pub(crate) template: String,
    pub(crate) name: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) methods: Methods,
    pub(crate) meta: Metadata,
    pub(crate) hooks: Vec<HookInfo>,
    pub(crate) endpoint: Box<dyn DynEndpoint>,
    pub(crate) type_name: &'static str,
    pub(crate) groups: Vec<usize>,
    pub(crate) is_wrapped: bool,
    /// Whether a hook demands conditions, which take a resource that tells its state.
    pub(crate) demands_state: bool,
    pub(crate) tells_state: bool,
    pub(crate) own_from: usize,
    pub(crate) added_at: &'static Location<'static>,
}

impl PendingRoute {
    /// Puts what the app says of every route before what the route says.
    pub(crate) fn inheriting(mut self, meta: &Metadata) -> Self {
        let own = std::mem::replace(&mut self.meta, meta.clone());
        self.meta.append(&own);
        self
    }
}

impl<'a, M: Middleware, E: Endpoint> RouteBuilder<'a, M, E> {
    pub(crate) fn new(
        registry: &'a mut Registry,
        template: String,
        endpoint: E,
        kind: Kind,
        added_at: &'static Location<'static>,
    ) -> Self {
        let about = About {
            registry,
            template,
            name: None,
            kind,
            group: None,
            groups: Vec::new(),
            inherited: Metadata::default(),
            meta: Metadata::default(),
            hooks: Vec::new(),
            demands_state: false,
            own_from: 0,
            added_at,
        };
        Self {
            parts: Some((about, endpoint)),
        }
    }

    pub(crate) fn in_group(
        self,
        prefix: &str,
        middleware: Shared<M>,
        groups: Vec<usize>,
        meta: Metadata,
    ) -> Self {
        self.tell(|about| {
            about.own_from = prefix.len();
            about.group = Some(middleware);
            about.groups = groups;
            about.inherited = meta;
        })
    }

    fn tell(mut self, tell: impl FnOnce(&mut About<'a, M>)) -> Self {
        if let Some((about, _)) = &mut self.parts {
            tell(about);
        }
        self
    }

    /// Gives the route a name, by which it can be found again.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "dropping it adds the route"
    )]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.tell(|about| about.name = Some(name.into()))
    }

    /// Attaches metadata for every method.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "dropping it adds the route"
    )]
    pub fn with<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.tell(|about| {
            about.meta.with(value);
        })
    }

    /// Attaches metadata for one method.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "dropping it adds the route"
    )]
    pub fn with_for<T: Send + Sync + 'static>(self, method: Method, value: T) -> Self {
        self.tell(|about| {
            about.meta.with_for(method, value);
        })
    }

    /// Has a hook run before the responders. Of several, the one added last runs first.
    pub fn before<H: Hook>(self, hook: H) -> RouteBuilder<'a, M, impl Endpoint> {
        self.noting::<H>(true, None)
            .map(|endpoint| Before(hook, endpoint))
    }

    /// Has a hook run before the responder for one method; one for GET runs for HEAD too, which is
    /// GET without the body.
    pub fn before_on<H: Hook>(self, method: Method, hook: H) -> RouteBuilder<'a, M, impl Endpoint> {
        self.noting::<H>(true, Some(method.clone()))
            .map(|endpoint| Before(Only(method, hook), endpoint))
    }

    /// Has a hook run after the responders returned `Ok`. Of several, the one added first runs
    /// first.
    pub fn after<H: Hook>(self, hook: H) -> RouteBuilder<'a, M, impl Endpoint> {
        self.noting::<H>(false, None)
            .map(|endpoint| After(hook, endpoint))
    }

    /// Has a hook run after the responder for one method, as
    /// [`before_on`](Self::before_on) does before it.
    pub fn after_on<H: Hook>(self, method: Method, hook: H) -> RouteBuilder<'a, M, impl Endpoint> {
        self.noting::<H>(false, Some(method.clone()))
            .map(|endpoint| After(Only(method, hook), endpoint))
    }

    /// Remembers a hook, in the order in which hooks run.
    fn noting<H: Hook>(self, before: bool, method: Option<Method>) -> Self {
        let hook = HookInfo::new(before, method, std::any::type_name::<H>());
        self.tell(|about| {
            let at = if before { 0 } else { about.hooks.len() };
            about.hooks.insert(at, hook);
            about.demands_state |= TypeId::of::<H>() == TypeId::of::<PreconditionRequired>();
        })
    }

    fn map<F: Endpoint>(mut self, wrap: impl FnOnce(E) -> F) -> RouteBuilder<'a, M, F> {
        let parts = self.parts.take();
        RouteBuilder {
            parts: parts.map(|(about, endpoint)| (about, wrap(endpoint))),
        }
    }
}

impl<M: Middleware, E: Endpoint> Drop for RouteBuilder<'_, M, E> {
    fn drop(&mut self) {
        let Some((about, endpoint)) = self.parts.take() else {
            return;
        };
        let mut meta = about.inherited;
        endpoint.describe_to(&mut meta);
        meta.append(&about.meta);
        let (methods, type_name) = (endpoint.methods(), endpoint.type_name());
        let has_middleware = TypeId::of::<M>() != TypeId::of::<()>();
        let middleware = about.group.filter(|_| has_middleware);
        let (is_wrapped, tells_state) = (middleware.is_some(), endpoint.tells_state());
        let endpoint: Box<dyn DynEndpoint> = match middleware {
            Some(middleware) => Box::new(Grouped(middleware, endpoint)),
            None => Box::new(endpoint),
        };
        about.registry.add(PendingRoute {
            template: about.template,
            name: about.name,
            kind: about.kind,
            methods,
            meta,
            hooks: about.hooks,
            endpoint,
            type_name,
            groups: about.groups,
            is_wrapped,
            demands_state: about.demands_state,
            tells_state,
            own_from: about.own_from,
            added_at: about.added_at,
        });
    }
}

impl<M: Middleware, E: Endpoint> std::fmt::Debug for RouteBuilder<'_, M, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let template = self.parts.as_ref().map(|(about, _)| &about.template);
        f.debug_struct("RouteBuilder")
            .field("template", &template)
            .finish_non_exhaustive()
    }
}
