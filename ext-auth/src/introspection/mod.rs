//! Opaque tokens, by asking who has made them (RFC 7662).

mod builder;
mod http;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use falcon_core::{BoxError, Request};
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed};

pub use self::builder::IntrospectionBuilder;

use crate::credentials::credentials;
use crate::jwt::cache::Cache;
use crate::jwt::claims::Places;
use crate::pool::Pool;
use crate::{Authenticator, Challenge, Principal, Refusal};

/// Longer tokens are not asked about. In bytes.
const MAX_TOKEN: usize = 8_192;
const MAX_ANSWER: usize = 256 * 1024;

/// Asks about a token, and returns the JSON that is answered. It is called on a thread of its own, may block,
/// and should give up after some seconds. Every function of a token that returns such JSON is one.
pub trait Introspect: Send + Sync + 'static {
    /// Asks about a token.
    ///
    /// # Errors
    ///
    /// It cannot be told at the moment.
    fn introspect(&self, token: &str) -> Result<Vec<u8>, BoxError>;
}

impl<F> Introspect for F
where
    F: Fn(&str) -> Result<Vec<u8>, BoxError> + Send + Sync + 'static,
{
    fn introspect(&self, token: &str) -> Result<Vec<u8>, BoxError> {
        self(token)
    }
}

/// Recognises callers by a token that means nothing by itself, in `Authorization: Bearer`: the
/// authorization server is asked about it. `C` is what it tells beside what everybody does: any struct that
/// serde can deserialize.
///
/// It is asked off the threads that serve requests, about as many tokens at a time as there are cores, with
/// four times as many that wait; further ones are answered with 503, as all are that cannot be asked about.
/// What was told is kept for half a minute, and no longer than the token is good.
///
/// ```
/// use falcon_auth::Introspection;
///
/// # #[derive(serde::Deserialize)]
/// # struct Claims {}
/// let tokens = Introspection::<Claims>::at("https://id.example/introspect", "things", "secret")
///     .audience("things")
///     .build();
/// ```
pub struct Introspection<C> {
    ask: Arc<dyn Introspect>,
    pool: Pool,
    cache: Cache,
    keep: Duration,
    audiences: Option<Vec<String>>,
    places: Places,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    claims: PhantomData<fn() -> C>,
}

#[derive(Deserialize)]
struct State {
    active: bool,
}

impl<C: DeserializeOwned + Send + Sync + 'static> Introspection<C> {
    async fn recognise(&self, token: &str) -> Result<Principal, Refusal> {
        if token.len() > MAX_TOKEN {
            return Err(Refusal::invalid("the token is too long"));
        }
        let digest = Cache::digest(token.as_bytes());
        if let Some(principal) = self.cache.get(&digest, (self.clock)(), |_| true) {
            return Ok(principal);
        }
        let answer = self.ask(token).await?;
        let now = (self.clock)();
        let (principal, until) = self.read(&answer, now)?;
        let until = until.min(now + self.keep);
        self.cache.put(digest, principal.clone(), until, None);
        Ok(principal)
    }

    async fn ask(&self, token: &str) -> Result<Vec<u8>, Refusal> {
        let unavailable = |why: String| Refusal::unavailable(Duration::from_secs(5), why);
        let (ask, token) = (Arc::clone(&self.ask), token.to_owned());
        let Some(asked) = self.pool.run(move || ask.introspect(&token)) else {
            return Err(unavailable(
                "too many tokens are being asked about".to_owned(),
            ));
        };
        match asked.await {
            Some(Ok(answer)) if answer.len() <= MAX_ANSWER => Ok(answer),
            Some(Ok(_)) => Err(unavailable(
                "the answer about a token is too long".to_owned(),
            )),
            Some(Err(why)) => Err(unavailable(format!(
                "a token could not be asked about: {why}"
            ))),
            None => Err(unavailable("a token could not be asked about".to_owned())),
        }
    }

    fn read(&self, answer: &[u8], now: SystemTime) -> Result<(Principal, SystemTime), Refusal> {
        let malformed = || {
            Refusal::unavailable(
                Duration::from_secs(5),
                "the answer about a token is malformed",
            )
        };
        let state: State = serde_json::from_slice(answer).map_err(|_| malformed())?;
        if !state.active {
            return Err(Refusal::invalid("the token is not active"));
        }
        let mut json = serde_json::Deserializer::from_slice(answer);
        let claims = (&self.places).deserialize(&mut json);
        let claims = claims
            .and_then(|claims| json.end().map(|()| claims))
            .map_err(|_| malformed())?;
        if let Some(audiences) = &self.audiences {
            let mut told = claims.audience.iter().flatten();
            if !told.any(|told| audiences.iter().any(|own| own == told)) {
                return Err(Refusal::invalid("the token is for another audience"));
            }
        }
        let until = claims
            .expires
            .map(|expires| UNIX_EPOCH + Duration::from_secs_f64(expires.0));
        if until.is_some_and(|until| now >= until) {
            return Err(Refusal::invalid("the token has expired"));
        }
        let own: C = serde_json::from_slice(answer).map_err(|_| {
            Refusal::invalid("what is told of the token is not of the type that is expected")
        })?;
        let principal = Principal::new(claims.subject.unwrap_or_default())
            .with_scopes(claims.scopes)
            .with_roles(claims.roles)
            .with_details(own);
        Ok((principal, until.unwrap_or(now + self.keep)))
    }
}

impl<C: DeserializeOwned + Send + Sync + 'static> Authenticator for Introspection<C> {
    async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
        match credentials(req, "Bearer")? {
            Some(token) => self.recognise(token).await.map(Some),
            None => Ok(None),
        }
    }

    fn challenges(&self) -> Vec<Challenge> {
        vec![Challenge::new("Bearer")]
    }
}

impl<C> fmt::Debug for Introspection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Introspection")
    }
}
