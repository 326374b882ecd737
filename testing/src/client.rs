//! The client.

use std::fmt::Display;

use falcon_core::AppService;
use falcon_core::http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::TestRequest;

/// Sends simulated requests to an application.
///
/// It is cheap to clone, and requests may run side by side.
#[derive(Clone, Debug)]
pub struct TestClient {
    service: AppService,
    headers: HeaderMap,
}

impl TestClient {
    /// Makes a client of an [`App`](falcon_core::App), which it freezes, or an [`AppService`].
    ///
    /// # Panics
    ///
    /// If the app cannot be frozen, with all that is wrong with it.
    #[track_caller]
    #[expect(
        clippy::panic,
        reason = "a test client tells what is wrong by failing the test"
    )]
    pub fn new<A>(app: A) -> Self
    where
        A: TryInto<AppService, Error: Display>,
    {
        match app.try_into() {
            Ok(service) => Self {
                service,
                headers: HeaderMap::new(),
            },
            Err(errors) => panic!("{errors}"),
        }
    }

    /// Has every request carry a header.
    ///
    /// # Panics
    ///
    /// If the name or the value is none.
    #[track_caller]
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let (name, value) = header_pair(name, value);
        self.headers.append(name, value);
        self
    }

    /// Returns the service that the requests go to.
    pub fn service(&self) -> &AppService {
        &self.service
    }

    /// Starts a request of any method.
    ///
    /// # Panics
    ///
    /// If the method is no token, or the target none.
    #[track_caller]
    pub fn request(&self, method: impl AsRef<str>, target: &str) -> TestRequest {
        let Ok(method) = Method::from_bytes(method.as_ref().as_bytes()) else {
            bad("method", method.as_ref())
        };
        TestRequest::new(self.service.clone(), method, target, self.headers.clone())
    }
}

macro_rules! methods {
    ($($name:ident, $method:ident;)*) => {
        /// One function for each usual method.
        impl TestClient { $(
            #[doc = concat!("Starts a ", stringify!($method), " request.")]
            ///
            /// **Shape:** `target` is a path with an optional query. What may not stand in a
            /// target (a space, a letter that is not ASCII) is percent-encoded; escapes are kept.
            ///
            /// # Panics
            ///
            /// If the target is none.
            #[track_caller]
            pub fn $name(&self, target: &str) -> TestRequest {
                TestRequest::new(self.service.clone(), Method::$method, target, self.headers.clone())
            }
        )* }
    };
}

methods! {
    get, GET;
    head, HEAD;
    post, POST;
    put, PUT;
    patch, PATCH;
    delete, DELETE;
    options, OPTIONS;
}

#[track_caller]
pub(crate) fn header_pair(name: &str, value: &str) -> (HeaderName, HeaderValue) {
    let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
        bad("header name", name)
    };
    let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else {
        bad("header value", value)
    };
    (name, value)
}

/// A test that asks for the impossible has a mistake in it.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "a test client tells what is wrong by failing the test"
)]
pub(crate) fn bad(what: &str, text: &str) -> ! {
    panic!("{text:?} is no {what}")
}
