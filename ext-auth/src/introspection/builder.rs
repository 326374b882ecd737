//! Saying who is asked, and what is expected.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::http::Endpoint;
use super::{Introspect, Introspection};
use crate::BuildError;
use crate::jwt::cache::Cache;
use crate::jwt::claims::{Places, path as path_of};
use crate::pool::Pool;

/// Who is asked, and what is expected; made by [`Introspection::at`] and [`Introspection::by`], and an
/// authenticator by [`build`](Self::build).
#[must_use = "it does nothing until it is built"]
pub struct IntrospectionBuilder<C> {
    ask: Result<Arc<dyn Introspect>, String>,
    audiences: Vec<String>,
    any_audience: bool,
    tokens: usize,
    keep: Duration,
    roles: Vec<Box<str>>,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    claims: PhantomData<fn() -> C>,
}

impl<C> Introspection<C> {
    /// Asks an endpoint with `https`, or, for tests, on the machine's own `http`, as a client with a name and
    /// a secret (`client_secret_basic`).
    pub fn at(url: &str, client_id: &str, client_secret: &str) -> IntrospectionBuilder<C> {
        let endpoint = Endpoint::new(url, client_id, client_secret);
        IntrospectionBuilder::new(
            endpoint.map(|endpoint| -> Arc<dyn Introspect> { Arc::new(endpoint) }),
        )
    }

    /// Asks something of your own.
    pub fn by(ask: impl Introspect) -> IntrospectionBuilder<C> {
        IntrospectionBuilder::new(Ok(Arc::new(ask)))
    }
}

impl<C> IntrospectionBuilder<C> {
    fn new(ask: Result<Arc<dyn Introspect>, String>) -> Self {
        Self {
            ask,
            audiences: Vec::new(),
            any_audience: false,
            tokens: 10_000,
            keep: Duration::from_secs(30),
            roles: Vec::new(),
            clock: Box::new(SystemTime::now),
            claims: PhantomData,
        }
    }

    /// Adds an audience, compared with each `aud` as it stands.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Takes tokens that were made for anybody else, and such that name nobody.
    pub fn any_audience(mut self) -> Self {
        self.any_audience = true;
        self
    }

    /// Sets of how many tokens what was told is kept, and for how long: 10,000 and half a minute unless
    /// set. So long may a token be taken that was taken back.
    pub fn cache(mut self, tokens: usize, keep: Duration) -> Self {
        self.tokens = tokens;
        self.keep = keep;
        self
    }

    /// Sets where the roles stand; as [`JwtBuilder::roles_claim`](crate::JwtBuilder::roles_claim).
    pub fn roles_claim(mut self, path: &str) -> Self {
        self.roles = path_of(path);
        self
    }

    /// Sets what tells the time, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Makes the authenticator.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, each in a sentence.
    pub fn build(self) -> Result<Introspection<C>, BuildError> {
        let mut faults = Vec::new();
        if self.audiences.is_empty() != self.any_audience {
            let why = "an audience is expected, or any is taken: call `audience` or `any_audience`";
            faults.push(why.to_owned());
        }
        match self.ask.map_err(|why| faults.push(why)) {
            Ok(ask) if faults.is_empty() => Ok(Introspection {
                ask,
                pool: Pool::new(),
                cache: Cache::new(self.tokens),
                keep: self.keep,
                audiences: (!self.any_audience).then_some(self.audiences),
                places: Places {
                    scopes: "scope".into(),
                    scopes_are_list: false,
                    roles: self.roles,
                },
                clock: self.clock,
                claims: PhantomData,
            }),
            _ => Err(BuildError::new("introspection", faults)),
        }
    }
}

impl<C> fmt::Debug for IntrospectionBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IntrospectionBuilder")
    }
}
