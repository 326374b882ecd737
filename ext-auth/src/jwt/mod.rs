//! Bearer tokens that are JSON Web Tokens (RFC 6750, RFC 7519, RFC 8725).

mod algorithm;
mod backend;
mod builder;
pub(crate) mod cache;
pub(crate) mod claims;
mod header;
mod jwks;
mod key;
mod strict;
#[cfg(test)]
#[cfg(any(feature = "aws-lc", feature = "rust-crypto"))]
mod vectors;

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use falcon_core::Request;
use jsonwebtoken::crypto::CryptoProvider;
use serde::de::{DeserializeOwned, DeserializeSeed};

pub use self::algorithm::Algorithm;
pub use self::builder::JwtBuilder;
pub use self::jwks::{FetchedKeys, Jwks, KeyFetch};
pub use self::key::{Key, KeyError};

use self::cache::Cache;
use self::claims::{Claims, Places};
use self::header::Header;
use self::jwks::{KeySource, Set};
use crate::credentials::credentials;
use crate::{Authenticator, Challenge, Principal, Refusal};

/// Longer tokens are not looked at. In bytes.
const MAX_TOKEN: usize = 8_192;

/// What is expected of every token.
struct Expected {
    /// `None` where any is taken.
    issuers: Option<Vec<String>>,
    audiences: Option<Vec<String>>,
    kinds: Vec<String>,
    any_subject: bool,
    /// In seconds.
    leeway: f64,
    places: Places,
}

const WRONG_SIGNATURE: &str = "the token's signature is wrong";

type Clock = dyn Fn() -> SystemTime + Send + Sync;
type Revoked = dyn Fn(&Principal) -> bool + Send + Sync;

/// Where keys are looked for.
enum Keys {
    Fixed(Vec<Key>),
    Of(KeySource),
}

/// Recognises callers by a token that an issuer has signed, in `Authorization: Bearer`. `C` is what a
/// token says: any struct that serde can deserialize; [`AuthRequest::claims`](crate::AuthRequest::claims)
/// returns it.
///
/// A token is good only if all of this holds:
///
/// - it has at most 8,192 bytes, three parts, and JSON in which no member is there twice;
/// - its `alg` is the algorithm of a key that was given, its `kid` that key's, and the signature right;
///   what the header holds or points to otherwise is never used;
/// - no `crit`, `b64`, `zip` or `enc` changes how it is to be read, and `typ` is as expected, if one is;
/// - `iss` and `aud` are as expected, `sub` is there, `exp` is there and has not passed, `nbf` and `iat` have;
/// - every registered claim has its type, and all of them together are a `C`.
///
/// The signature is looked at before any claim.
pub struct Jwt<C> {
    keys: Keys,
    backend: &'static CryptoProvider,
    expected: Expected,
    clock: Arc<Clock>,
    cache: Option<Cache>,
    is_revoked: Option<Box<Revoked>>,
    realm: Option<Box<str>>,
    claims: PhantomData<fn() -> C>,
}

impl<C> Jwt<C> {
    /// Starts an authenticator.
    pub fn builder() -> JwtBuilder<C> {
        JwtBuilder::new()
    }
}

impl<C: DeserializeOwned + Send + Sync + 'static> Jwt<C> {
    /// Tells who a token was made for, as [`Authenticator::authenticate`] does for the header's.
    ///
    /// # Errors
    ///
    /// It is not good, or there are no keys at the moment.
    pub async fn verify(&self, token: &str) -> Result<Principal, Refusal> {
        let token = token.as_bytes();
        if token.len() > MAX_TOKEN {
            return Err(Refusal::invalid("the token is too long"));
        }
        let principal = match &self.cache {
            Some(cache) => self.verify_once(cache, token).await?,
            None => self.verify_now(token).await?.0,
        };
        if self
            .is_revoked
            .as_ref()
            .is_some_and(|is_revoked| is_revoked(&principal))
        {
            return Err(Refusal::invalid("the token was revoked"));
        }
        Ok(principal)
    }

    async fn verify_once(&self, cache: &Cache, token: &[u8]) -> Result<Principal, Refusal> {
        let digest = Cache::digest(token);
        let now = (self.clock)();
        let counts = |keys: &Weak<Set>| match &self.keys {
            Keys::Fixed(_) => true,
            Keys::Of(source) => source.is_current(keys, now),
        };
        if let Some(principal) = cache.get(&digest, now, counts) {
            if let Keys::Of(source) = &self.keys {
                source.renew(now);
            }
            return Ok(principal);
        }
        let (principal, until, keys) = self.verify_now(token).await?;
        cache.put(digest, principal.clone(), until, keys);
        Ok(principal)
    }

    /// Who a token was made for, until when that holds, and by which keys, where those change.
    async fn verify_now(
        &self,
        token: &[u8],
    ) -> Result<(Principal, SystemTime, Option<Weak<Set>>), Refusal> {
        let parts = Parts::of(token).map_err(Refusal::invalid)?;
        let header = decode(parts.header).map_err(Refusal::invalid)?;
        let header: Header<'_> = serde_json::from_slice(&header)
            .map_err(|_| Refusal::invalid("the token's header is malformed"))?;
        let source = match &self.keys {
            Keys::Fixed(keys) => {
                let verified = self
                    .verified(keys, &header, &parts)
                    .map_err(Refusal::invalid)?;
                return Ok((verified.0, verified.1, None));
            }
            Keys::Of(source) => source,
        };
        let mut set = source.keys(|key| header.means(key)).await?;
        let mut verified = self.verified(&set.keys, &header, &parts);
        // Without a name, a key that suits may be the one before the last.
        let is_named = |key: &Key| header.means(key) && key.id.is_some() && header.key.is_some();
        if matches!(verified, Err(WRONG_SIGNATURE))
            && !set.keys.iter().any(is_named)
            && let Some(newer) = source.newer(&set).await
        {
            verified = self.verified(&newer.keys, &header, &parts);
            set = newer;
        }
        let (principal, until) = verified.map_err(Refusal::invalid)?;
        Ok((
            principal,
            until.min(set.fresh_until),
            Some(Arc::downgrade(&set)),
        ))
    }

    fn verified(
        &self,
        keys: &[Key],
        header: &Header<'_>,
        parts: &Parts<'_>,
    ) -> Result<(Principal, SystemTime), &'static str> {
        self.check_signature(keys, header, parts)?;
        self.expected.check_kind(header.kind.as_deref())?;
        let payload = decode(parts.payload)?;
        let claims = read(&self.expected.places, &payload)?;
        self.expected.check(&claims, (self.clock)())?;
        let own: C = serde_json::from_slice(&payload)
            .map_err(|_| "the token's claims are not of the type that is expected")?;
        if claims.subject.is_none() && !self.expected.any_subject {
            return Err("the token is about nobody");
        }
        let principal = Principal::new(claims.subject.unwrap_or_default());
        let principal = principal
            .with_scopes(claims.scopes)
            .with_roles(claims.roles)
            .with_details(own);
        let expires = claims
            .expires
            .map_or(0.0, |expires| expires.0 + self.expected.leeway);
        Ok((principal, UNIX_EPOCH + Duration::from_secs_f64(expires)))
    }

    fn check_signature(
        &self,
        keys: &[Key],
        header: &Header<'_>,
        parts: &Parts<'_>,
    ) -> Result<(), &'static str> {
        let signature = decode(parts.signature)?;
        let mut found = false;
        for key in keys.iter().filter(|key| header.means(key)) {
            found = true;
            if self.is_signed(key, parts.signed, &signature) {
                return Ok(());
            }
        }
        Err(if found {
            WRONG_SIGNATURE
        } else {
            "the token names no key and no algorithm that is expected"
        })
    }

    fn is_signed(&self, key: &Key, signed: &[u8], signature: &Vec<u8>) -> bool {
        let verifier = (self.backend.verifier_factory)(&key.algorithm.engine(), &key.engine);
        verifier.is_ok_and(|verifier| verifier.verify(signed, signature).is_ok())
    }
}

impl<C: DeserializeOwned + Send + Sync + 'static> Authenticator for Jwt<C> {
    async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
        match credentials(req, "Bearer")? {
            Some(token) => self.verify(token).await.map(Some),
            None => Ok(None),
        }
    }

    fn challenges(&self) -> Vec<Challenge> {
        let bearer = Challenge::new("Bearer");
        vec![match &self.realm {
            Some(realm) => bearer.param("realm", realm),
            None => bearer,
        }]
    }
}

impl<C> fmt::Debug for Jwt<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = match &self.keys {
            Keys::Fixed(keys) => keys.as_slice(),
            Keys::Of(_) => &[],
        };
        f.debug_struct("Jwt")
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

/// A token taken apart.
struct Parts<'t> {
    header: &'t [u8],
    payload: &'t [u8],
    signature: &'t [u8],
    /// Header and payload, as they were signed.
    signed: &'t [u8],
}

impl<'t> Parts<'t> {
    fn of(token: &'t [u8]) -> Result<Self, &'static str> {
        let mut parts = token.splitn(4, |b| *b == b'.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("the token does not have three parts");
        };
        let signed = &token[..header.len() + 1 + payload.len()];
        Ok(Self {
            header,
            payload,
            signature,
            signed,
        })
    }
}

fn decode(part: &[u8]) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| "a part of the token is no base64url")
}

fn read<'t>(places: &Places, payload: &'t [u8]) -> Result<Claims<'t>, &'static str> {
    let mut json = serde_json::Deserializer::from_slice(payload);
    let claims = places.deserialize(&mut json);
    let claims = claims.and_then(|claims| json.end().map(|()| claims));
    claims.map_err(|_| "the token's claims are malformed")
}

impl Expected {
    /// A media type with or without `application/`, in any case (RFC 7515 section 4.1.9).
    fn check_kind(&self, kind: Option<&str>) -> Result<(), &'static str> {
        if self.kinds.is_empty() {
            return Ok(());
        }
        let is_expected = kind.is_some_and(|kind| {
            let kind = kind.to_ascii_lowercase();
            let short = kind.strip_prefix("application/").unwrap_or(&kind);
            self.kinds.iter().any(|expected| expected == short)
        });
        if is_expected {
            Ok(())
        } else {
            Err("the token is of another type than expected")
        }
    }

    fn check(&self, claims: &Claims<'_>, now: SystemTime) -> Result<(), &'static str> {
        let now = now
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs_f64();
        let is_one_of = |all: &Vec<String>, one: &str| all.iter().any(|known| known == one);
        if let Some(issuers) = &self.issuers {
            let issuer = claims.issuer.as_deref();
            if !issuer.is_some_and(|issuer| is_one_of(issuers, issuer)) {
                return Err("the token is from another issuer than expected");
            }
        }
        if let Some(audiences) = &self.audiences {
            let mut told = claims.audience.iter().flatten();
            if !told.any(|audience| is_one_of(audiences, audience)) {
                return Err("the token is for another audience");
            }
        }
        match &claims.expires {
            None => return Err("the token does not expire"),
            Some(expires) if now >= expires.0 + self.leeway => return Err("the token has expired"),
            Some(_) => {}
        }
        let is_later = |date: &claims::Date| date.0 > now + self.leeway;
        if claims.not_before.as_ref().is_some_and(is_later) {
            return Err("the token is not good yet");
        }
        if claims.issued.as_ref().is_some_and(is_later) {
            return Err("the token was made in the future");
        }
        Ok(())
    }
}
