//! Saying what is allowed, and being told what cannot be.

use std::fmt;
use std::time::Duration;

use falcon_core::header::{HeaderName, HeaderValue};
use falcon_core::{Method, StatusCode};

use crate::cors::Cors;
use crate::faults::{contradictions, exact, request_header, response_header};
use crate::pattern::Pattern;
use crate::policy::{AllowOrigin, Credentials, DynAllow, Policy};

/// Browsers keep a preflight no longer than a day: in seconds.
const MAX_AGE: u64 = 86_400;

/// What a policy allows; made by [`Cors::builder`], and a policy by [`build`](Self::build).
///
/// Nothing is allowed that is not named, but for the methods of a route, which are its own.
#[must_use = "it does nothing until it is built"]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, and none excludes another"
)]
pub struct CorsBuilder {
    pub(crate) any_origin: bool,
    pub(crate) null_origin: bool,
    pub(crate) origins: Vec<String>,
    pub(crate) patterns: Vec<String>,
    pub(crate) public_suffixes: bool,
    pub(crate) predicate: Option<Box<dyn DynAllow>>,
    pub(crate) has_second_predicate: bool,
    pub(crate) all_credentials: bool,
    pub(crate) credentials_for: Vec<String>,
    pub(crate) methods: Option<Vec<Method>>,
    pub(crate) headers: Vec<String>,
    pub(crate) any_header: bool,
    pub(crate) exposed: Vec<String>,
    pub(crate) max_age: Duration,
    pub(crate) private_network: bool,
    pub(crate) reject: bool,
    pub(crate) preflight_status: StatusCode,
}

impl CorsBuilder {
    pub(crate) fn new() -> Self {
        Self {
            any_origin: false,
            null_origin: false,
            origins: Vec::new(),
            patterns: Vec::new(),
            public_suffixes: false,
            predicate: None,
            has_second_predicate: false,
            all_credentials: false,
            credentials_for: Vec::new(),
            methods: None,
            headers: Vec::new(),
            any_header: false,
            exposed: Vec::new(),
            max_age: Duration::from_secs(600),
            private_network: false,
            reject: false,
            preflight_status: StatusCode::NO_CONTENT,
        }
    }

    /// Allows every origin: for what anybody may read, without credentials.
    pub fn allow_any_origin(mut self) -> Self {
        self.any_origin = true;
        self
    }

    /// Allows an origin, as browsers send it: `https://app.example`, `http://localhost:3000`.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Allows several origins.
    pub fn allow_origins<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Allows the hosts below one: `https://*.app.example` for one label, `https://**.app.example` for
    /// any number; the scheme and the port are those of the pattern, and the host itself is not
    /// among them. Nor is what somebody else may have: with `https://**.amazonaws.com`,
    /// `https://name.s3.amazonaws.com` is not allowed, since `s3.amazonaws.com` is a public suffix.
    pub fn allow_origin_pattern(mut self, pattern: impl Into<String>) -> Self {
        self.patterns.push(pattern.into());
        self
    }

    /// Takes patterns over a public suffix, such as `https://*.github.io`, below which anybody can have
    /// a host, and lets patterns mean hosts below one.
    pub fn allow_public_suffixes(mut self) -> Self {
        self.public_suffixes = true;
        self
    }

    /// Allows the origin `null`, which sandboxed frames, files and redirects across origins have:
    /// whoever allows it allows every page that puts itself into such a frame.
    pub fn allow_null_origin(mut self) -> Self {
        self.null_origin = true;
        self
    }

    /// Asks a predicate about origins that no list and no pattern names: a function, or, where it has
    /// to wait for its answer, a type that implements [`AllowOrigin`].
    ///
    /// It is asked before routing, so that the request has no fields yet, and a preflight is asked
    /// about as the `OPTIONS` that it is.
    ///
    /// ```
    /// use falcon_core::Request;
    /// use falcon_cors::{Cors, Origin};
    ///
    /// let cors = Cors::builder().allow_origin_if(|origin: &Origin<'_>, _req: &Request| {
    ///     origin.scheme() == "https" && origin.host().starts_with("preview-")
    /// });
    /// ```
    pub fn allow_origin_if(mut self, predicate: impl AllowOrigin) -> Self {
        self.has_second_predicate = self.predicate.is_some();
        self.predicate = Some(Box::new(predicate));
        self
    }

    /// Lets pages of all allowed origins send cookies and other credentials, and read the answers.
    ///
    /// Name origins with `https` then: what comes without TLS can be changed on its way, and reads
    /// what is a user's own.
    pub fn allow_credentials(mut self) -> Self {
        self.all_credentials = true;
        self
    }

    /// The same for some origins alone, which need not be allowed otherwise.
    pub fn allow_credentials_for<O: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self.credentials_for
            .extend(origins.into_iter().map(Into::into));
        self
    }

    /// Allows these methods, as far as a route has them; all that it has unless said.
    ///
    /// `GET`, `HEAD` and `POST` pages may send without asking: leaving them out keeps back those with
    /// a header or a media type that has to be asked for, and no others.
    pub fn allow_methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods.get_or_insert_default().extend(methods);
        self
    }

    /// Allows these headers in requests, beside those that pages may always send. A browser keeps them
    /// for a URL, whichever method it has asked for.
    pub fn allow_headers<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Allows every header but `Authorization`, which has to be named.
    pub fn allow_any_header(mut self) -> Self {
        self.any_header = true;
        self
    }

    /// Lets pages read these headers of an answer, beside those that they may always read.
    pub fn expose_headers<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.exposed.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets how long a browser keeps what a preflight has told: 600 seconds unless set, a day at
    /// most. **Units:** whole seconds, rounded up; 0 has it ask each time.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Lets public pages reach this server in a private network, where a browser asks for it in a
    /// preflight (`Access-Control-Request-Private-Network`, which Chromium sent before version 142).
    ///
    /// What has come after it, Local Network Access, asks the user and no server: a page may then
    /// read what the rest of the policy lets it read, and nothing is to be set here.
    pub fn allow_private_network(mut self) -> Self {
        self.private_network = true;
        self
    }

    /// Refuses requests of origins that are not allowed with 403, before anything runs. Otherwise they
    /// are served, and the browser keeps the answer from the page.
    ///
    /// Pages of the server itself are not refused: browsers send their origin too, with all but `GET`
    /// and `HEAD`. They are known by `Sec-Fetch-Site`, or by an origin that is the request's own
    /// scheme and host; behind a proxy, those that a [trusted](falcon_core::TrustedProxies) one tells.
    pub fn reject_disallowed(mut self) -> Self {
        self.reject = true;
        self
    }

    /// Sets the status of answered preflights: 204 unless set. Old browsers want 200.
    pub fn preflight_status(mut self, status: StatusCode) -> Self {
        self.preflight_status = status;
        self
    }

    /// Makes the policy.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, each in a sentence: what no browser sends, and what cannot be safe.
    pub fn build(self) -> Result<Cors, CorsError> {
        let mut faults = Vec::new();
        let origins = self.origins.iter().map(|origin| exact(origin));
        let origins = gather(origins, &mut faults);
        let only = self.credentials_for.iter().map(|origin| {
            exact(origin)
                .map_err(|why| format!("credentials are for origins that are named: {why}"))
        });
        let only = gather(only, &mut faults);
        let patterns = self.patterns.iter();
        let patterns = patterns.map(|pattern| Pattern::parse(pattern, self.public_suffixes));
        let patterns = gather(patterns, &mut faults);
        let headers = self.headers.iter().map(|name| request_header(name));
        let headers = gather(headers, &mut faults);
        let exposed = self.exposed.iter().map(|name| response_header(name));
        let exposed = gather(exposed, &mut faults);
        faults.extend(contradictions(&self));
        if !faults.is_empty() {
            return Err(CorsError(faults));
        }
        let credentials = match (self.all_credentials, only.is_empty()) {
            (true, _) => Credentials::Everybody,
            (false, true) => Credentials::Nobody,
            (false, false) => Credentials::Only(only.clone()),
        };
        let listed: Vec<&str> = headers.iter().map(HeaderName::as_str).collect();
        let wildcard = self.any_header.then_some("*");
        let headers_told = list(&wildcard.into_iter().chain(listed).collect::<Vec<_>>());
        Ok(Cors::new(Policy {
            any_origin: self.any_origin,
            is_constant: self.any_origin && matches!(credentials, Credentials::Nobody),
            null_origin: self.null_origin,
            origins: origins.into_iter().chain(only).collect(),
            patterns,
            predicate: self.predicate,
            credentials,
            methods: self.methods,
            headers,
            any_header: self.any_header,
            headers_told,
            exposed: list(&exposed.iter().map(HeaderName::as_str).collect::<Vec<_>>()),
            max_age: max_age(self.max_age),
            private_network: self.private_network,
            reject: self.reject,
            preflight_status: self.preflight_status,
        }))
    }
}
fn max_age(age: Duration) -> HeaderValue {
    let seconds = age
        .as_secs()
        .saturating_add(u64::from(age.subsec_nanos() > 0));
    HeaderValue::from(seconds.min(MAX_AGE))
}

fn gather<T>(results: impl Iterator<Item = Result<T, String>>, faults: &mut Vec<String>) -> Vec<T> {
    results
        .filter_map(|result| result.map_err(|why| faults.push(why)).ok())
        .collect()
}

/// Names as one header value; `None` of none.
fn list(names: &[&str]) -> Option<HeaderValue> {
    if names.is_empty() {
        return None;
    }
    HeaderValue::try_from(names.join(", ")).ok()
}

impl fmt::Debug for CorsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsBuilder")
            .field("origins", &self.origins)
            .field("patterns", &self.patterns)
            .finish_non_exhaustive()
    }
}

/// All that is wrong with a policy; found by [`CorsBuilder::build`].
#[derive(Clone, Debug)]
pub struct CorsError(Vec<String>);

impl fmt::Display for CorsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CORS: {}", self.0.join("; "))
    }
}

impl std::error::Error for CorsError {}
