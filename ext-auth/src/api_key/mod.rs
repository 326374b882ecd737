//! API keys: one word that a client sends with each request.

mod keys;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;

use falcon_core::Request;
use falcon_core::header::HeaderName;
use sha2::{Digest as _, Sha256};

pub use self::keys::{Keys, KeysBuilder};

use crate::{Authenticator, Challenge, Principal, Refusal};

/// Longer keys are not looked at. In bytes.
const MAX_KEY: usize = 8_192;

/// What is kept of a key, its SHA-256: nobody can make the key of it, and comparing it tells nothing of
/// the key.
pub type KeyDigest = [u8; 32];

/// Knows whose a key is: [`Keys`], which are fixed, or a table of a database.
///
/// ```
/// use falcon_auth::{KeyDigest, KeyStore, Principal, Refusal};
///
/// struct Table;
///
/// impl KeyStore for Table {
///     async fn find(&self, key: &KeyDigest) -> Result<Option<Principal>, Refusal> {
///         // … SELECT agent FROM keys WHERE digest = ?
///         Ok((key[0] < 128).then(|| Principal::new("agent-7")))
///     }
/// }
/// ```
pub trait KeyStore: Send + Sync + 'static {
    /// Tells whose a key is, by its digest.
    ///
    /// # Errors
    ///
    /// It cannot be told at the moment.
    fn find(
        &self,
        key: &KeyDigest,
    ) -> impl Future<Output = Result<Option<Principal>, Refusal>> + Send;
}

/// Where a client puts its key.
#[derive(Clone, Debug)]
enum Place {
    Header(HeaderName),
    Query(Box<str>),
}

/// Recognises callers by a key in a header or in the query.
///
/// Caches know that what is answered to `Authorization` is not for everybody (RFC 9111 section 3.5), and do
/// not know it of a key: a responder that lets an answer be kept says `private`, too.
///
/// ```
/// use falcon_auth::{ApiKeys, Keys, Principal};
/// use falcon_core::header::HeaderName;
///
/// let keys = Keys::builder()
///     .key("a-long-random-word", Principal::new("ci").with_scopes(["builds:write"]))
///     .build()?;
/// let keys = ApiKeys::in_header(HeaderName::from_static("x-api-key"), keys);
/// # Ok::<(), falcon_auth::BuildError>(())
/// ```
#[derive(Clone)]
pub struct ApiKeys<S> {
    place: Place,
    store: S,
}

impl<S: KeyStore> ApiKeys<S> {
    /// Looks for the key in a header.
    pub fn in_header(name: HeaderName, store: S) -> Self {
        Self {
            place: Place::Header(name),
            store,
        }
    }

    /// Looks for the key in a parameter of the query. URLs end up in logs and histories: a header is better
    /// where the client can set one.
    pub fn in_query(name: impl Into<Box<str>>, store: S) -> Self {
        Self {
            place: Place::Query(name.into()),
            store,
        }
    }
}

/// Returns what a [`KeyStore`] is asked for.
pub fn key_digest(key: &str) -> KeyDigest {
    Sha256::digest(key.as_bytes()).into()
}

impl Place {
    /// The key that was sent.
    fn key<'r>(&self, req: &'r Request) -> Result<Option<Cow<'r, str>>, Refusal> {
        let twice = || Refusal::invalid("there are two keys");
        match self {
            Self::Header(name) => {
                let mut lines = req.headers().get_all(name).iter();
                let Some(line) = lines.next() else {
                    return Ok(None);
                };
                if lines.next().is_some() {
                    return Err(twice());
                }
                let key = line.to_str();
                let key = key.map_err(|_| Refusal::invalid("the key is not ASCII"))?;
                Ok(Some(key.trim_matches([' ', '\t']).into()))
            }
            Self::Query(name) => {
                let query = req.query();
                let query = query.map_err(|_| Refusal::invalid("the query is malformed"))?;
                let mut values = query.all(name);
                let first = values.next();
                if values.next().is_some() {
                    return Err(twice());
                }
                Ok(first)
            }
        }
    }
}

impl<S: KeyStore> Authenticator for ApiKeys<S> {
    async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
        let Some(key) = self.place.key(req)? else {
            return Ok(None);
        };
        if key.is_empty() || key.len() > MAX_KEY {
            return Err(Refusal::invalid("the key is empty or too long"));
        }
        let found = self.store.find(&key_digest(&key)).await?;
        found.map_or_else(
            || Err(Refusal::invalid("nobody has the key")),
            |p| Ok(Some(p)),
        )
    }

    fn challenges(&self) -> Vec<Challenge> {
        let challenge = Challenge::new("ApiKey");
        vec![match &self.place {
            Place::Header(name) => challenge.param("header", name.as_str()),
            Place::Query(name) => challenge.param("query", name),
        }]
    }
}

impl<S> fmt::Debug for ApiKeys<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
