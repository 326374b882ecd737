//! Keys that an issuer publishes and changes (RFC 7517 section 5).

mod fetch;
#[cfg(feature = "jwks")]
mod http;
mod refresh;
mod set;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use falcon_core::BoxError;

pub use self::fetch::{FetchedKeys, KeyFetch};

use self::fetch::File;
use self::refresh::Source;
pub(crate) use self::set::Set;
use super::{Algorithm, Key};
use crate::Refusal;

/// The keys of an issuer, fetched when they are needed first and kept for as long as the issuer says.
///
/// - A request waits for a fetch only if it cannot be decided without: there are no keys yet, they are too
///   old, or none suits the token. Shortly before they are too old they are fetched beside the requests.
/// - There is one fetch at a time, on a thread of its own, and none within a minute of the last
///   ([`floor`](Self::floor)), whatever tokens come; five seconds, while there are no keys at all.
/// - Where a fetch fails, or brings no key that can be used, those that are there stay good for a day
///   ([`stale_for`](Self::stale_for)); without any, requests are answered with 503.
///
/// Keys are public ones, of at most 100 in 256 KiB, each for an algorithm that was named, and that its own
/// `alg`, if it has one, is.
///
/// ```
/// use falcon_auth::{Algorithm, Jwks, Jwt};
///
/// # #[derive(serde::Deserialize)]
/// # struct Claims {}
/// let keys = Jwks::file("/etc/things/jwks.json").algorithms([Algorithm::RS256, Algorithm::ES256]);
/// let tokens = Jwt::<Claims>::builder()
///     .keys_of(keys)
///     .issuer("https://id.example")
///     .audience("things")
///     .build();
/// ```
#[must_use = "it fetches nothing by itself"]
pub struct Jwks {
    fetch: Box<dyn KeyFetch>,
    pub(super) algorithms: Vec<Algorithm>,
    floor: Duration,
    stale_for: Duration,
    on_error: Box<dyn Fn(&BoxError) + Send + Sync>,
    /// What is wrong with it, found when the authenticator is built.
    pub(super) fault: Option<String>,
}

impl Jwks {
    /// Fetches keys with something of your own, that may block.
    ///
    /// ```
    /// use falcon_auth::{FetchedKeys, Jwks};
    ///
    /// let keys = Jwks::fetched_by(|| Ok(FetchedKeys::new(std::fs::read("/run/keys.json")?)));
    /// ```
    pub fn fetched_by(fetch: impl KeyFetch) -> Self {
        Self {
            fetch: Box::new(fetch),
            algorithms: Vec::new(),
            floor: Duration::from_secs(60),
            stale_for: Duration::from_secs(24 * 60 * 60),
            on_error: Box::new(|_| {}),
            fault: None,
        }
    }

    /// Reads keys from a file, anew after five minutes.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::fetched_by(File(path.into()))
    }

    /// Names the algorithms that are expected: one at least. A key is for each that it can be for.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms.extend(algorithms);
        self
    }

    /// Sets how long after a fetch there is no other: a minute unless set, a second at least, an hour at
    /// most. While there are no keys at all, it is five seconds at most.
    pub fn floor(mut self, floor: Duration) -> Self {
        self.floor = floor.clamp(Duration::from_secs(1), Duration::from_secs(60 * 60));
        self
    }

    /// Sets how long keys stay good that are too old and cannot be fetched anew: a day unless set, and at
    /// most.
    pub fn stale_for(mut self, time: Duration) -> Self {
        self.stale_for = time.min(Duration::from_secs(24 * 60 * 60));
        self
    }

    /// Has a function called for each fetch that fails, for logs.
    pub fn on_error(mut self, f: impl Fn(&BoxError) + Send + Sync + 'static) -> Self {
        self.on_error = Box::new(f);
        self
    }

    pub(super) fn has_secrets(&self) -> bool {
        let mut algorithms = self.algorithms.iter();
        algorithms.any(|algorithm| algorithm.family() == super::algorithm::Family::Hmac)
    }

    pub(super) fn start(self, clock: &Arc<super::Clock>) -> KeySource {
        KeySource(Arc::new(Source::new(self, Arc::clone(clock))))
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks")
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// The keys at work.
#[derive(Clone)]
pub(super) struct KeySource(Arc<Source>);

impl KeySource {
    /// Has the keys fetched beside the requests, where it is time.
    pub(super) fn renew(&self, now: SystemTime) {
        let set = self.0.set();
        if set.is_some_and(|set| set.is_to_be_renewed(now)) {
            Source::refresh(&self.0, now);
        }
    }

    /// The keys, once they are there, and hold one that suits if there is one.
    pub(super) async fn keys(&self, suits: impl Fn(&Key) -> bool) -> Result<Arc<Set>, Refusal> {
        let source = &self.0;
        let now = source.now();
        let known = source.set().filter(|set| set.is_good(now));
        if let Some(set) = &known {
            let has_one = set.keys.iter().any(&suits);
            // Where they could not be had, the next attempt keeps nobody waiting either (RFC 5861).
            if has_one && (set.is_fresh(now) || source.has_failed()) {
                self.renew(now);
                return Ok(Arc::clone(set));
            }
        }
        if Source::refresh(source, now) {
            source.landed().await;
        }
        let set = source.set().filter(|set| set.is_good(source.now()));
        set.ok_or_else(|| {
            Refusal::unavailable(source.wait(), "the keys of the issuer could not be fetched")
        })
    }

    /// Other keys than those of a set that did not help, if there are any by now.
    pub(super) async fn newer(&self, than: &Arc<Set>) -> Option<Arc<Set>> {
        let source = &self.0;
        if Source::refresh(source, source.now()) {
            source.landed().await;
        }
        source.set().filter(|set| !Arc::ptr_eq(set, than))
    }

    /// Whether a set is the one that counts, and not too old.
    pub(super) fn is_current(&self, set: &Weak<Set>, now: SystemTime) -> bool {
        let current = self.0.set().filter(|current| current.is_fresh(now));
        current.is_some_and(|current| std::ptr::eq(Arc::as_ptr(&current), set.as_ptr()))
    }
}
