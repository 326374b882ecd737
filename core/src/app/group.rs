//! Groups: routes that share a prefix, middleware and metadata.

use std::panic::Location;

use tower_service::Service;

use super::setup::{AppInfo, SetupError};
use super::{BoxFuture, Registry};
use crate::Hook;
use crate::body::Body;
use crate::error::{BoxError, Result};
use crate::middleware::{Middleware, Shared};
use crate::resource::{Endpoint, Sink};
use crate::{Metadata, Mount, RouteBuilder};

/// Routes that share a prefix, middleware and metadata; made by [`App::group`](crate::App::group).
///
/// The group's middleware runs once routing has found one of its routes, inside the app's:
/// `process_request`, `process_resource`, then hooks and responder, then `process_response`. An
/// error is handled before the group's `process_response`, as in the app. Its
/// [`check`](Middleware::check) sees the group's routes alone.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, HttpError, Middleware, Request, Resource, Response, Result};
///
/// struct AdminOnly;
///
/// impl Middleware for AdminOnly {
///     async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
///         if req.header("x-admin").is_none() {
///             Err(HttpError::forbidden())?;
///         }
///         Ok(())
///     }
/// }
///
/// # struct Stats;
/// # impl Resource for Stats {
/// #     async fn on_get(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
/// # }
/// let mut app = App::new();
/// let mut admin = app.group("/admin", AdminOnly);
/// admin.add_route("/stats", Stats);
/// ```
pub struct Group<'a, M: Middleware> {
    registry: &'a mut Registry,
    prefix: String,
    middleware: Shared<M>,
    groups: Vec<usize>,
    meta: Metadata,
}

impl<'a, M: Middleware> Group<'a, M> {
    pub(super) fn new(registry: &'a mut Registry, prefix: &str, mut middleware: M) -> Self {
        let mut meta = Metadata::default();
        registry.set_up(&mut middleware, Some(&mut meta));
        let (shared, index) = occupy(registry, middleware);
        Self {
            registry,
            prefix: prefix.to_owned(),
            middleware: shared,
            groups: vec![index],
            meta,
        }
    }

    /// Attaches metadata to all routes that are added from now on; a route's own goes before it.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.meta.with(value);
        self
    }

    /// Adds a route; its template is the prefix followed by `template`.
    #[track_caller]
    pub fn add_route<E: Endpoint>(
        &mut self,
        template: &str,
        endpoint: E,
    ) -> RouteBuilder<'_, M, E> {
        let template = format!("{}{template}", self.prefix);
        let route = self.registry.route(&template, endpoint, Location::caller());
        route.in_group(
            &self.prefix,
            self.middleware.clone(),
            self.groups.clone(),
            self.meta.clone(),
        )
    }

    /// As [`App::mount`](crate::App::mount), inside the group.
    #[track_caller]
    pub fn mount<S, B>(&mut self, prefix: &str, service: S) -> RouteBuilder<'_, M, Mount<S>>
    where
        S: Service<http::Request<Body>, Response = http::Response<B>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        self.fallback(prefix, Mount(service), Location::caller())
    }

    /// As [`App::add_prefix`](crate::App::add_prefix), inside the group.
    #[track_caller]
    pub fn add_prefix<E: Endpoint>(&mut self, prefix: &str, endpoint: E) -> RouteBuilder<'_, M, E> {
        self.fallback(prefix, endpoint, Location::caller())
    }

    /// As [`App::add_sink`](crate::App::add_sink), inside the group.
    #[track_caller]
    pub fn add_sink<H: Hook>(&mut self, prefix: &str, sink: H) -> RouteBuilder<'_, M, Sink<H>> {
        self.fallback(prefix, Sink(sink), Location::caller())
    }

    /// As [`App::add_sink_matching`](crate::App::add_sink_matching), inside the group: the prefix,
    /// which may have no fields then, comes before the expression.
    #[cfg(feature = "regex")]
    #[track_caller]
    pub fn add_sink_matching<H: Hook>(
        &mut self,
        pattern: &str,
        sink: H,
    ) -> RouteBuilder<'_, M, Sink<H>> {
        let prefix = regex_lite::escape(&self.prefix);
        // It is matched from its beginning in any case.
        let own = pattern.strip_prefix('^').unwrap_or(pattern);
        if !own.is_empty() && !own.starts_with(['/', '(']) {
            let why = format!(
                "the expression `{own}` in the group `{}` begins with a slash: write `/{own}`",
                self.prefix
            );
            self.registry.refused.push(SetupError::new(why));
        }
        let pattern = format!("{prefix}(?:{own})");
        let route = self
            .registry
            .pattern(&pattern, Sink(sink), Location::caller());
        route.in_group(
            &prefix,
            self.middleware.clone(),
            self.groups.clone(),
            self.meta.clone(),
        )
    }

    fn fallback<E: Endpoint>(
        &mut self,
        prefix: &str,
        endpoint: E,
        added_at: &'static Location<'static>,
    ) -> RouteBuilder<'_, M, E> {
        let prefix = format!("{}{prefix}", self.prefix);
        let route = self.registry.fallback(&prefix, endpoint, added_at);
        route.in_group(
            &self.prefix,
            self.middleware.clone(),
            self.groups.clone(),
            self.meta.clone(),
        )
    }

    /// Starts a group inside this one: its prefix, middleware and metadata come after this one's.
    pub fn group<N: Middleware>(
        &mut self,
        prefix: &str,
        mut middleware: N,
    ) -> Group<'_, impl Middleware + use<M, N>> {
        if !prefix.is_empty() && !prefix.starts_with('/') {
            let why = format!(
                "the prefix `{prefix}` of a group inside `{}` begins with a slash: write `/{prefix}`",
                self.prefix
            );
            self.registry.refused.push(SetupError::new(why));
        }
        let mut meta = self.meta.clone();
        self.registry.set_up(&mut middleware, Some(&mut meta));
        let (shared, index) = occupy(self.registry, middleware);
        let mut groups = self.groups.clone();
        groups.push(index);
        Group {
            registry: self.registry,
            prefix: format!("{}{prefix}", self.prefix),
            middleware: Shared::ready((self.middleware.clone(), shared)),
            groups,
            meta,
        }
    }
}

impl<M: Middleware> std::fmt::Debug for Group<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

fn occupy<M: Middleware>(registry: &mut Registry, middleware: M) -> (Shared<M>, usize) {
    let shared = Shared::default();
    registry.groups.push(Box::new(Waiting {
        owned: Some(middleware),
        shared: shared.clone(),
    }));
    (shared, registry.groups.len() - 1)
}

/// A group's middleware without its type.
pub(super) trait Slot: Send + Sync {
    /// Checks the middleware and hands it to the group's routes.
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError>;
    fn startup<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result>;
    fn shutdown<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result>;
}

/// The middleware itself until it was checked, and the handle that the routes have.
struct Waiting<M> {
    owned: Option<M>,
    shared: Shared<M>,
}

impl<M: Middleware> Slot for Waiting<M> {
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let Some(mut middleware) = self.owned.take() else {
            return Ok(());
        };
        let outcome = middleware.check(app);
        self.shared.publish(middleware);
        outcome
    }

    fn startup<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result> {
        Box::pin(self.shared.start(app))
    }

    fn shutdown<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result> {
        Box::pin(self.shared.stop(app))
    }
}
