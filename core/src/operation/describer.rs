//! What extensions add to what is said of a route.

use std::fmt;
use std::sync::Arc;

use http::Method;

use super::Operation;
use crate::Route;

/// As metadata: adds to the [`Operation`] of every route and method that it applies to what an extension
/// does there: the credentials that it demands, the headers that it reads, the problems that it answers.
///
/// All of them count, the farthest first, after what was said by hand. Middleware adds one in
/// [`setup`](crate::Middleware::setup), with [`Setup::add_metadata`](crate::Setup::add_metadata).
///
/// ```
/// use falcon_core::operation::{Describer, Operation};
/// use falcon_core::{Method, Middleware, Route, Setup, SetupError, StatusCode};
///
/// struct Quota;
///
/// impl Middleware for Quota {
///     fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
///         app.add_metadata(Describer::new(|_: &Route, _: &Method, operation: &mut Operation| {
///             let why = "There were too many requests.";
///             operation.add_problem(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", why);
///         }));
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Describer(Arc<Describe>);

type Describe = dyn Fn(&Route, &Method, &mut Operation) + Send + Sync;

impl Describer {
    /// Takes what adds to the operation of a route's method.
    pub fn new(describe: impl Fn(&Route, &Method, &mut Operation) + Send + Sync + 'static) -> Self {
        Self(Arc::new(describe))
    }

    pub(crate) fn describe(&self, route: &Route, method: &Method, operation: &mut Operation) {
        (self.0)(route, method, operation);
    }
}

impl fmt::Debug for Describer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Describer")
    }
}
