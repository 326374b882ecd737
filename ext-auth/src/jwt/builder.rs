//! Saying which tokens are good, and being told what cannot be.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::algorithm::Family;
use super::backend::BACKEND;
use super::cache::Cache;
use super::claims::{self, Places};
use super::{Clock, Expected, Jwks, Jwt, Key, Keys, Revoked};
use crate::{BuildError, Principal};

/// Which tokens are good; made by [`Jwt::builder`], and an authenticator by [`build`](Self::build).
///
/// Keys, an issuer and an audience have to be named; what is not to be checked has to be named too.
#[must_use = "it does nothing until it is built"]
pub struct JwtBuilder<C> {
    keys: Vec<Key>,
    source: Option<Jwks>,
    issuers: Vec<String>,
    any_issuer: bool,
    audiences: Vec<String>,
    any_audience: bool,
    any_subject: bool,
    kinds: Vec<String>,
    leeway: Duration,
    places: Places,
    clock: Arc<Clock>,
    cache: Option<Cache>,
    is_revoked: Option<Box<Revoked>>,
    realm: Option<Box<str>>,
    claims: PhantomData<fn() -> C>,
}

impl<C> JwtBuilder<C> {
    pub(super) fn new() -> Self {
        Self {
            keys: Vec::new(),
            source: None,
            issuers: Vec::new(),
            any_issuer: false,
            audiences: Vec::new(),
            any_audience: false,
            any_subject: false,
            kinds: Vec::new(),
            leeway: Duration::from_secs(30),
            places: Places {
                scopes: "scope".into(),
                scopes_are_list: false,
                roles: Vec::new(),
            },
            clock: Arc::new(SystemTime::now),
            cache: None,
            is_revoked: None,
            realm: None,
            claims: PhantomData,
        }
    }

    /// Adds a key. Several may be good at the same time, for as long as one takes the place of another.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Takes the keys that an issuer publishes, in place of [`key`](Self::key).
    pub fn keys_of(mut self, source: Jwks) -> Self {
        self.source = Some(source);
        self
    }

    /// Adds an issuer, compared with `iss` as it stands.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// Takes tokens of any issuer, and such that name none: their key alone tells where they are from.
    pub fn any_issuer(mut self) -> Self {
        self.any_issuer = true;
        self
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

    /// Takes tokens without `sub`: their principal has an empty name, which must not be taken for anybody's.
    pub fn any_subject(mut self) -> Self {
        self.any_subject = true;
        self
    }

    /// Takes tokens of a type alone, such as `at+jwt` (RFC 9068), so that what an issuer has signed for
    /// another purpose is no access token (RFC 8725 section 3.11).
    pub fn token_type(mut self, kind: &str) -> Self {
        let kind = kind.to_ascii_lowercase();
        let short = kind.strip_prefix("application/").unwrap_or(&kind);
        self.kinds.push(short.to_owned());
        self
    }

    /// Sets by how much clocks may differ: 30 seconds unless set, 300 at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Sets the claim that has the scopes: `scope` unless set, a text with blanks between.
    pub fn scope_claim(mut self, name: &str) -> Self {
        self.places.scopes = name.into();
        self
    }

    /// Takes a list of texts, too, for the scopes, as some issuers write them.
    pub fn scopes_as_list(mut self) -> Self {
        self.places.scopes_are_list = true;
        self
    }

    /// Sets where the roles stand, a text or a list of texts: `roles`, or, further in,
    /// `realm_access.roles`. A name with a colon or a slash, such as `https://id.example/roles`, is one.
    pub fn roles_claim(mut self, path: &str) -> Self {
        self.places.roles = claims::path(path);
        self
    }

    /// Sets the realm of the challenge.
    pub fn realm(mut self, realm: &str) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Remembers so many tokens that were good, by their digests, until they expire or the keys of their
    /// issuer are to be fetched anew: checking one again costs a digest.
    pub fn cache(mut self, tokens: usize) -> Self {
        self.cache = (tokens > 0).then(|| Cache::new(tokens));
        self
    }

    /// Refuses tokens that were taken back: the function is called for each request, with whom a good token
    /// was made for, and must not block.
    pub fn revoked_if(mut self, f: impl Fn(&Principal) -> bool + Send + Sync + 'static) -> Self {
        self.is_revoked = Some(Box::new(f));
        self
    }

    /// Sets what tells the time, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the authenticator.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, each in a sentence.
    pub fn build(self) -> Result<Jwt<C>, BuildError> {
        let faults = self.faults();
        let (Some(backend), true) = (BACKEND, faults.is_empty()) else {
            return Err(BuildError::new("JWT", faults));
        };
        let keys = match self.source {
            Some(source) => Keys::Of(source.start(&self.clock)),
            None => Keys::Fixed(self.keys),
        };
        Ok(Jwt {
            keys,
            backend,
            expected: Expected {
                issuers: (!self.any_issuer).then_some(self.issuers),
                audiences: (!self.any_audience).then_some(self.audiences),
                kinds: self.kinds,
                any_subject: self.any_subject,
                leeway: self.leeway.as_secs_f64(),
                places: self.places,
            },
            clock: self.clock,
            cache: self.cache,
            is_revoked: self.is_revoked,
            realm: self.realm,
            claims: PhantomData,
        })
    }

    fn faults(&self) -> Vec<String> {
        let checks = [
            (
                BACKEND.is_none(),
                "nothing is built in that could check a signature: enable the feature `aws-lc` or `rust-crypto` of \
                 `falcon-auth`",
            ),
            (
                self.issuers.is_empty() && !self.any_issuer,
                "no issuer is expected: call `issuer`, or `any_issuer` if the key alone is to tell",
            ),
            (
                !self.issuers.is_empty() && self.any_issuer,
                "an issuer is expected, and any is taken: leave one of them out",
            ),
            (
                self.audiences.is_empty() && !self.any_audience,
                "no audience is expected: call `audience`, or `any_audience` if tokens for others are to be taken",
            ),
            (
                !self.audiences.is_empty() && self.any_audience,
                "an audience is expected, and any is taken: leave one of them out",
            ),
            (
                self.issuers
                    .iter()
                    .chain(&self.audiences)
                    .chain(&self.kinds)
                    .any(String::is_empty),
                "an issuer, an audience or a type is the empty text",
            ),
            (
                self.places.is_mixed_up(),
                "scopes and roles are claims of their own, and none of those that every token has",
            ),
            (
                self.leeway > Duration::from_secs(300),
                "clocks that differ by more than 300 seconds are to be set, and not to be borne with",
            ),
        ];
        let checks = self.faults_of_keys().into_iter().chain(checks);
        let wrong = checks.filter(|(is_wrong, _)| *is_wrong);
        let fault = self.source.as_ref().and_then(|source| source.fault.clone());
        wrong.map(|(_, why)| why.to_owned()).chain(fault).collect()
    }

    fn faults_of_keys(&self) -> [(bool, &'static str); 6] {
        let has = |family: bool| {
            let mut keys = self.keys.iter();
            keys.any(|key| (key.algorithm.family() == Family::Hmac) == family)
        };
        let named = |key: &Key| key.id.clone().map(|id| (id, key.algorithm.name()));
        let mut ids: Vec<_> = self.keys.iter().filter_map(named).collect();
        ids.sort_unstable();
        let source = self.source.as_ref();
        [
            (
                self.keys.is_empty() && source.is_none(),
                "there is no key: call `key` or `keys_of`",
            ),
            (
                !self.keys.is_empty() && source.is_some(),
                "there are keys, and keys of an issuer: leave one of them out, or make two authenticators, which `AnyOf` puts together",
            ),
            (
                source.is_some_and(|source| source.algorithms.is_empty()),
                "the keys of the issuer are for no algorithm: call `algorithms`",
            ),
            (
                source.is_some_and(Jwks::has_secrets),
                "keys that are published are no secrets: leave out `HS256` and the like",
            ),
            (
                has(true) && has(false),
                "there are secrets and public keys among the keys: a public key that is taken for a secret makes \
                 every token good, so that they go into two authenticators, which `AnyOf` puts together",
            ),
            (
                ids.windows(2).any(|pair| pair[0] == pair[1]),
                "two keys for one algorithm have the same name",
            ),
        ]
    }
}

impl<C> fmt::Debug for JwtBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtBuilder")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(not(any(feature = "aws-lc", feature = "rust-crypto")))]
mod tests {
    use super::{Jwt, Key};
    use crate::Algorithm;

    #[test]
    fn without_cryptography_nothing_is_built_and_nothing_panics() {
        let key = Key::secret(Algorithm::HS256, [1; 32]).expect("a key");
        let jwt = Jwt::<serde_json::Value>::builder()
            .key(key)
            .any_issuer()
            .any_audience();
        let told = jwt.build().expect_err("nothing is built in").to_string();
        assert!(
            told.contains("enable the feature `aws-lc` or `rust-crypto`"),
            "{told}"
        );
    }
}
