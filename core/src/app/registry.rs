//! What an app gathers before it is frozen, and what it is afterwards.

use std::collections::HashMap;
use std::fmt::Display;
use std::panic::Location;

use http::{HeaderValue, Method, StatusCode};

use super::cycle::{Cycle, Stack};
use super::group::Slot;
use super::panic::caught_call;
use super::setup::{AppInfo, Setup, SetupError};
use crate::error::{ErrorHandling, HttpError, Result};
use crate::middleware::{Middleware, Phases};
use crate::request::QueryOptions;
use crate::resource::Endpoint;
use crate::response::ResponseBody;
use crate::routing::converter::Converters;
use crate::routing::{Answer, CheckedPath, Kind, PendingRoute, Table};
use crate::{Metadata, Request, Response, Route, RouteBuilder, TrustedProxies};

/// What is switched on and how much is taken.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, and none excludes another"
)]
pub(crate) struct Options {
    pub(crate) max_body_bytes: u64,
    pub(crate) answers_allow: bool,
    pub(crate) head_by_get: bool,
    /// The status of the automatic answer to OPTIONS.
    pub(crate) allow_status: StatusCode,
    pub(crate) strip_trailing_slash: bool,
    pub(crate) secure_cookies: bool,
    pub(crate) query: QueryOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_body_bytes: 1 << 20,
            answers_allow: true,
            head_by_get: true,
            allow_status: StatusCode::NO_CONTENT,
            strip_trailing_slash: false,
            secure_cookies: true,
            query: QueryOptions::default(),
        }
    }
}

/// All that was said so far; nothing of it is checked yet.
pub(crate) struct Registry {
    pub(super) pending: Vec<PendingRoute>,
    pub(super) converters: Converters,
    pub(super) errors: ErrorHandling,
    /// What is said of every route.
    pub(super) meta: Metadata,
    pub(super) options: Options,
    /// Where lookup begins: nothing but its own options until the app is frozen.
    pub(super) table: Table,
    pub(super) default_media_type: Option<HeaderValue>,
    pub(super) proxies: TrustedProxies,
    pub(super) allowed_hosts: Option<Vec<String>>,
    pub(super) refused: Vec<SetupError>,
    pub(super) cycle: Option<Box<dyn Cycle>>,
    pub(super) groups: Vec<Box<dyn Slot>>,
}

impl Registry {
    pub(super) fn new() -> Self {
        Self {
            pending: Vec::new(),
            converters: Converters::default(),
            errors: ErrorHandling::default(),
            meta: Metadata::default(),
            options: Options::default(),
            table: Table::default(),
            default_media_type: None,
            proxies: TrustedProxies::default(),
            allowed_hosts: None,
            refused: Vec::new(),
            cycle: None,
            groups: Vec::new(),
        }
    }

    pub(super) fn set_middleware<M: Middleware>(&mut self, mut middleware: M) {
        self.set_up(&mut middleware, None);
        self.cycle = Some(Box::new(Stack(middleware)));
    }

    /// Has middleware set itself up: an app's, or that of a group, which says something of its
    /// routes.
    pub(super) fn set_up<M: Middleware>(
        &mut self,
        middleware: &mut M,
        group: Option<&mut Metadata>,
    ) {
        if let Err(error) = middleware.setup(&mut Setup::new(self, group)) {
            self.refused.push(error);
        }
    }

    pub(super) fn route<E: Endpoint, M: Middleware>(
        &mut self,
        template: &str,
        endpoint: E,
        added_at: &'static Location<'static>,
    ) -> RouteBuilder<'_, M, E> {
        RouteBuilder::new(self, template.to_owned(), endpoint, Kind::Route, added_at)
    }

    pub(super) fn fallback<E: Endpoint, M: Middleware>(
        &mut self,
        prefix: &str,
        endpoint: E,
        added_at: &'static Location<'static>,
    ) -> RouteBuilder<'_, M, E> {
        RouteBuilder::new(self, prefix.to_owned(), endpoint, Kind::Prefix, added_at)
    }

    #[cfg(feature = "regex")]
    pub(super) fn pattern<E: Endpoint, M: Middleware>(
        &mut self,
        pattern: &str,
        endpoint: E,
        added_at: &'static Location<'static>,
    ) -> RouteBuilder<'_, M, E> {
        RouteBuilder::new(self, pattern.to_owned(), endpoint, Kind::Pattern, added_at)
    }

    pub(crate) fn add(&mut self, route: PendingRoute) {
        self.pending.push(route);
    }
}

/// An app that is checked and does not change any more.
pub(crate) struct Frozen {
    pub(super) routes: Vec<Route>,
    pub(super) table: Table,
    /// The routes that have a name.
    pub(super) names: HashMap<String, usize>,
    pub(super) errors: ErrorHandling,
    /// What is said of every route, and where none was found.
    pub(super) meta: Metadata,
    pub(super) options: Options,
    pub(super) default_media_type: Option<HeaderValue>,
    pub(super) proxies: TrustedProxies,
    pub(super) allowed_hosts: Option<Vec<String>>,
    /// `None` where no middleware has a phase: then nothing is boxed for it.
    pub(super) cycle: Option<Box<dyn Cycle>>,
    pub(super) phases: Phases,
    /// Whether a converter of the application's own, which may panic, takes part in lookup.
    pub(super) has_own_converters: bool,
    pub(super) groups: Vec<Box<dyn Slot>>,
    /// Methods beyond the standard ones that some route answers.
    pub(super) own_methods: Vec<Method>,
    /// What `OPTIONS *` is answered with.
    pub(super) allow: HeaderValue,
}

impl Frozen {
    pub(crate) fn route(&self, index: usize) -> Option<&Route> {
        self.routes.get(index)
    }

    pub(crate) fn errors(&self) -> &ErrorHandling {
        &self.errors
    }

    pub(crate) fn meta(&self) -> &Metadata {
        &self.meta
    }

    pub(crate) fn options(&self) -> Options {
        self.options
    }

    pub(crate) fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    /// Refuses a request for a host that is not this one's (RFC 9110 section 7.4).
    pub(super) fn check_host(&self, req: &Request) -> Result {
        let Some(allowed) = &self.allowed_hosts else {
            return Ok(());
        };
        // A host that is none, or one of several, is nobody's.
        let host = req.host().unwrap_or_default();
        if allowed.iter().any(|name| name.eq_ignore_ascii_case(&host)) {
            return Ok(());
        }
        let error = HttpError::misdirected_request();
        Err(error.detail("This server does not answer for the host of the request."))?
    }

    /// The response to begin with.
    pub(super) fn response(&self) -> Response {
        Response::new(self.options.secure_cookies)
    }

    pub(super) fn finish(&self, resp: Response, is_head: bool) -> http::Response<ResponseBody> {
        resp.finish(is_head, self.default_media_type.as_ref())
    }

    /// The path of a named route.
    pub(crate) fn url_for(&self, name: &str, fields: &[(&str, &dyn Display)]) -> Result<String> {
        let route = self
            .names
            .get(name)
            .and_then(|index| self.routes.get(*index));
        let unknown = || {
            let mut known: Vec<&str> = self.names.keys().map(String::as_str).collect();
            known.sort_unstable();
            format!("no route is called `{name}`; known: {}", known.join(", "))
        };
        let route = route.ok_or_else(|| HttpError::internal_server_error().caused_by(unknown()))?;
        let path = route.url(fields)?;
        self.check_leads_back(route, &path, fields)?;
        Ok(path)
    }

    /// A URL has to lead to the route that it was made of, with the fields that it was made of:
    /// another route may have a literal in the place of a field, and of two fields in a segment the
    /// first may take what was meant for the second.
    fn check_leads_back(
        &self,
        route: &Route,
        path: &str,
        fields: &[(&str, &dyn Display)],
    ) -> Result {
        let no_path = |_| route.no_url(format!("would give {path}, which is no path"));
        // As a request's path is, before it is looked up.
        let stripped = path.strip_suffix('/').filter(|rest| !rest.is_empty());
        let stripped = stripped.filter(|_| self.options.strip_trailing_slash);
        let path = stripped.unwrap_or(path);
        let found = self.table.find(&CheckedPath::new(path).map_err(no_path)?);
        let found = found.and_then(|(index, params)| Some((self.route(index)?, params)));
        let Some((_, params)) = found.filter(|(found, _)| std::ptr::eq(*found, route)) else {
            let why = format!("would give {path}, which leads to another route");
            return Err(route.no_url(why).into());
        };
        let is_same = |(name, value): &(&str, &dyn Display)| {
            let index = route.field_index(name);
            index.is_none_or(|index| params.get(path, index) == Some(&value.to_string()))
        };
        if fields.iter().all(is_same) {
            return Ok(());
        }
        let why = format!("would give {path}, which has other fields");
        Err(route.no_url(why).into())
    }

    /// As [`peek`](Self::peek), for a path as it comes from outside, where nothing catches what a
    /// converter of the application's own may do.
    pub(super) fn peek_from_outside(&self, path: &str) -> Option<&Route> {
        let stripped = path.strip_suffix('/').filter(|rest| !rest.is_empty());
        let stripped = stripped.filter(|_| self.options.strip_trailing_slash);
        self.peek(stripped.unwrap_or(path))
    }

    /// `None`, too, where a converter panics.
    pub(crate) fn peek(&self, path: &str) -> Option<&Route> {
        let path = CheckedPath::new(path).ok()?;
        let find = || Some(self.table.find(&path)?.0);
        let found = if self.has_own_converters {
            caught_call(find).ok().flatten()
        } else {
            find()
        };
        self.route(found?)
    }

    /// Who answers: RFC 9110 sections 9.1 and 15.5.6.
    pub(super) fn answer(&self, route: &Route, method: &Method) -> Answer {
        if route.answers(method) {
            Answer::Responder
        } else if *method == Method::OPTIONS && self.options.answers_allow {
            Answer::Options
        } else if is_standard(method) || self.own_methods.contains(method) {
            Answer::NotAllowed
        } else {
            Answer::NotImplemented
        }
    }

    pub(super) async fn startup(&self) -> Result {
        if let Some(cycle) = &self.cycle {
            cycle.startup(&AppInfo::new(&self.routes, None)).await?;
        }
        for (index, group) in self.groups.iter().enumerate() {
            group
                .startup(&AppInfo::new(&self.routes, Some(index)))
                .await?;
        }
        Ok(())
    }

    /// All are shut down, in reverse order, although one fails.
    pub(super) async fn shutdown(&self) -> Result {
        let mut result = Ok(());
        for (index, group) in self.groups.iter().enumerate().rev() {
            let info = AppInfo::new(&self.routes, Some(index));
            result = result.and(group.shutdown(&info).await);
        }
        if let Some(cycle) = &self.cycle {
            result = result.and(cycle.shutdown(&AppInfo::new(&self.routes, None)).await);
        }
        result
    }
}

pub(super) fn is_standard(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET
            | Method::HEAD
            | Method::POST
            | Method::PUT
            | Method::PATCH
            | Method::DELETE
            | Method::OPTIONS
            | Method::TRACE
            | Method::CONNECT
            | Method::QUERY
    )
}
