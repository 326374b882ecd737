//! What middleware may do with the app it is put into.

use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::Registry;
use crate::Request;
use crate::error::{Error, ErrorHandler, ErrorSerializer, Result};
use crate::resource::{Endpoint, Sink};
use crate::routing::converter::{Converter, ConverterArgs};
use crate::{Hook, Metadata, Route, RouteBuilder};

/// The app in the hands of [`Middleware::setup`](crate::Middleware::setup).
pub struct Setup<'a> {
    registry: &'a mut Registry,
    /// What the group says of its routes, where the middleware is a group's.
    group: Option<&'a mut Metadata>,
}

impl<'a> Setup<'a> {
    pub(super) fn new(registry: &'a mut Registry, group: Option<&'a mut Metadata>) -> Self {
        Self { registry, group }
    }

    /// Tells whether the middleware is a group's: then it should leave alone what is the whole
    /// app's, as error handlers are.
    pub fn is_group(&self) -> bool {
        self.group.is_some()
    }

    /// Adds a route of the extension's own. It stands outside all groups.
    #[track_caller]
    pub fn add_route<E: Endpoint>(
        &mut self,
        template: &str,
        endpoint: E,
    ) -> RouteBuilder<'_, (), E> {
        self.registry.route(template, endpoint, Location::caller())
    }

    /// As [`App::add_prefix`](crate::App::add_prefix), outside all groups.
    #[track_caller]
    pub fn add_prefix<E: Endpoint>(
        &mut self,
        prefix: &str,
        endpoint: E,
    ) -> RouteBuilder<'_, (), E> {
        self.registry.fallback(prefix, endpoint, Location::caller())
    }

    /// As [`App::add_sink`](crate::App::add_sink), outside all groups.
    #[track_caller]
    pub fn add_sink<H: Hook>(&mut self, prefix: &str, sink: H) -> RouteBuilder<'_, (), Sink<H>> {
        self.registry
            .fallback(prefix, Sink(sink), Location::caller())
    }

    /// As [`App::add_converter`](crate::App::add_converter).
    pub fn add_converter<C: Converter>(&mut self, name: &str, converter: C) {
        let converter = Arc::new(converter);
        self.add_converter_with(name, move |_| Ok(Arc::clone(&converter)));
    }

    /// As [`App::add_converter_with`](crate::App::add_converter_with).
    pub fn add_converter_with<C: Converter>(
        &mut self,
        name: &str,
        make: impl Fn(&mut ConverterArgs) -> Result<C, String> + Send + Sync + 'static,
    ) {
        if let Err(why) = self.registry.converters.add_own(name, make) {
            self.registry.refused.push(SetupError::new(why));
        }
    }

    /// As [`App::add_metadata`](crate::App::add_metadata); middleware of a group says it of the
    /// routes that are added to the group.
    pub fn add_metadata<T: Send + Sync + 'static>(&mut self, value: T) {
        match &mut self.group {
            Some(group) => group.with(value),
            None => self.registry.meta.with(value),
        };
    }

    /// As [`App::add_error_handler`](crate::App::add_error_handler).
    pub fn add_error_handler<E>(&mut self, handler: impl for<'e> ErrorHandler<'e, E>)
    where
        E: StdError + Send + Sync + 'static,
    {
        self.registry.errors.add_handler(handler);
    }

    /// As [`App::set_default_error_handler`](crate::App::set_default_error_handler).
    pub fn set_default_error_handler(&mut self, handler: impl for<'e> ErrorHandler<'e, Error>) {
        self.registry.errors.set_default_handler(handler);
    }

    /// As [`App::add_error_observer`](crate::App::add_error_observer).
    pub fn add_error_observer(
        &mut self,
        observer: impl Fn(&Error, &Request) + Send + Sync + 'static,
    ) {
        self.registry.errors.add_observer(observer);
    }

    /// As [`App::set_error_serializer`](crate::App::set_error_serializer).
    pub fn set_error_serializer(&mut self, serializer: impl ErrorSerializer) {
        self.registry.errors.set_serializer(serializer);
    }
}

impl fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Setup")
    }
}

/// The frozen app in the hands of [`Middleware::check`](crate::Middleware::check), `startup` and
/// `shutdown`.
///
/// The middleware of a group sees the group's routes alone.
#[derive(Debug)]
pub struct AppInfo<'a> {
    routes: &'a [Route],
    group: Option<usize>,
}

impl<'a> AppInfo<'a> {
    pub(super) fn new(routes: &'a [Route], group: Option<usize>) -> Self {
        Self { routes, group }
    }

    /// Returns the routes in the order in which they were added.
    pub fn routes(&self) -> impl Iterator<Item = &'a Route> + use<'a> {
        let group = self.group;
        self.routes
            .iter()
            .filter(move |route| group.is_none_or(|group| route.groups.contains(&group)))
    }
}

/// Why middleware refuses the app it is put into.
///
/// # Examples
///
/// ```
/// use falcon_core::{AppInfo, Middleware, SetupError};
///
/// struct NoTrace;
///
/// impl Middleware for NoTrace {
///     fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
///         SetupError::all(app.routes().filter(|route| route.answers(&http::Method::TRACE)).map(
///             |route| Err(SetupError::new(format!("{} answers TRACE", route.template()))),
///         ))
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SetupError {
    sentences: Vec<String>,
}

impl SetupError {
    /// Makes an error of a sentence that tells what is wrong and what to do.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentences: vec![sentence.into()],
        }
    }

    /// Puts several outcomes together: `Ok` if all are.
    ///
    /// # Errors
    ///
    /// One error that says all that the others say.
    pub fn all(outcomes: impl IntoIterator<Item = Result<(), Self>>) -> Result<(), Self> {
        let sentences: Vec<String> = outcomes
            .into_iter()
            .filter_map(Result::err)
            .flat_map(|error| error.sentences)
            .collect();
        if sentences.is_empty() {
            Ok(())
        } else {
            Err(Self { sentences })
        }
    }

    pub(super) fn sentences(&self) -> &[String] {
        &self.sentences
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentences.join("\n"))
    }
}

impl StdError for SetupError {}
