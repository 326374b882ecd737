//! What can be said about a route while it is added.

use std::any::TypeId;
use std::panic::Location;

use http::Method;

use super::metadata::Metadata;
use crate::Hook;
use crate::app::Registry;
use crate::middleware::{Middleware, Shared};
use crate::resource::{After, Before, DynEndpoint, Endpoint, Grouped, Methods, Only};

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
    parts: Option<Parts<'a, M, E>>,
}

struct Parts<'a, M, E> {
    registry: &'a mut Registry,
    template: String,
    name: Option<String>,
    kind: Kind,
    group: Option<(Shared<M>, Vec<usize>)>,
    inherited: Metadata,
    meta: Metadata,
    endpoint: E,
    added_at: &'static Location<'static>,
}

/// How a route takes part in lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Route,
    /// A mount or a sink: its prefix and all below it, where no route matches.
    Fallback,
}

/// A route that was added and is not compiled yet.
pub(crate) struct PendingRoute {
    pub(crate) template: String,
    pub(crate) name: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) methods: Methods,
    pub(crate) meta: Metadata,
    pub(crate) endpoint: Box<dyn DynEndpoint>,
    pub(crate) type_name: &'static str,
    pub(crate) groups: Vec<usize>,
    pub(crate) added_at: &'static Location<'static>,
}

impl<'a, M: Middleware, E: Endpoint> RouteBuilder<'a, M, E> {
    pub(crate) fn new(
        registry: &'a mut Registry,
        template: String,
        endpoint: E,
        kind: Kind,
        added_at: &'static Location<'static>,
    ) -> Self {
        let (meta, inherited) = (Metadata::default(), Metadata::default());
        Self {
            parts: Some(Parts {
                registry,
                template,
                name: None,
                kind,
                group: None,
                inherited,
                meta,
                endpoint,
                added_at,
            }),
        }
    }

    pub(crate) fn in_group(
        mut self,
        middleware: Shared<M>,
        groups: Vec<usize>,
        meta: Metadata,
    ) -> Self {
        if let Some(parts) = &mut self.parts {
            parts.group = Some((middleware, groups));
            parts.inherited = meta;
        }
        self
    }

    /// Gives the route a name, by which it can be found again.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "dropping it adds the route"
    )]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        if let Some(parts) = &mut self.parts {
            parts.name = Some(name.into());
        }
        self
    }

    /// Attaches metadata for every method.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "dropping it adds the route"
    )]
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        if let Some(parts) = &mut self.parts {
            parts.meta.with(value);
        }
        self
    }

    /// Attaches metadata for one method.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "dropping it adds the route"
    )]
    pub fn with_for<T: Send + Sync + 'static>(mut self, method: Method, value: T) -> Self {
        if let Some(parts) = &mut self.parts {
            parts.meta.with_for(method, value);
        }
        self
    }

    /// Has a hook run before the responders. Of several, the one added last runs first.
    pub fn before<H: Hook>(self, hook: H) -> RouteBuilder<'a, M, impl Endpoint> {
        self.map(|endpoint| Before(hook, endpoint))
    }

    /// Has a hook run before the responder for one method.
    pub fn before_on<H: Hook>(self, method: Method, hook: H) -> RouteBuilder<'a, M, impl Endpoint> {
        self.before(Only(method, hook))
    }

    /// Has a hook run after the responders returned `Ok`. Of several, the one added first runs
    /// first.
    pub fn after<H: Hook>(self, hook: H) -> RouteBuilder<'a, M, impl Endpoint> {
        self.map(|endpoint| After(hook, endpoint))
    }

    /// Has a hook run after the responder for one method.
    pub fn after_on<H: Hook>(self, method: Method, hook: H) -> RouteBuilder<'a, M, impl Endpoint> {
        self.after(Only(method, hook))
    }

    fn map<F: Endpoint>(mut self, wrap: impl FnOnce(E) -> F) -> RouteBuilder<'a, M, F> {
        let parts = self.parts.take().map(|parts| {
            let Parts {
                registry,
                template,
                name,
                kind,
                group,
                inherited,
                meta,
                endpoint,
                added_at,
            } = parts;
            Parts {
                registry,
                template,
                name,
                kind,
                group,
                inherited,
                meta,
                endpoint: wrap(endpoint),
                added_at,
            }
        });
        RouteBuilder { parts }
    }
}

impl<M: Middleware, E: Endpoint> Drop for RouteBuilder<'_, M, E> {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else {
            return;
        };
        let Parts {
            registry,
            template,
            name,
            kind,
            group,
            inherited,
            meta,
            endpoint,
            added_at,
        } = parts;
        let mut all = inherited;
        endpoint.describe_to(&mut all);
        all.append(&meta);
        let (methods, type_name) = (endpoint.methods(), endpoint.type_name());
        let (endpoint, groups): (Box<dyn DynEndpoint>, _) = match group {
            Some((middleware, groups)) if TypeId::of::<M>() != TypeId::of::<()>() => {
                (Box::new(Grouped(middleware, endpoint)), groups)
            }
            Some((_, groups)) => (Box::new(endpoint), groups),
            None => (Box::new(endpoint), Vec::new()),
        };
        registry.add(PendingRoute {
            template,
            name,
            kind,
            methods,
            meta: all,
            endpoint,
            type_name,
            groups,
            added_at,
        });
    }
}

impl<M: Middleware, E: Endpoint> std::fmt::Debug for RouteBuilder<'_, M, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let template = self.parts.as_ref().map(|parts| &parts.template);
        f.debug_struct("RouteBuilder")
            .field("template", &template)
            .finish_non_exhaustive()
    }
}
