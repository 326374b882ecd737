//! Tokens that were good a moment ago.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, Weak};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::jwks::Set;
use crate::Principal;

/// Keeps so many tokens at most, by their digests: of two generations, the older one is forgotten when the
/// younger is full, but for what was asked for since.
pub(crate) struct Cache {
    generations: Mutex<Generations>,
    /// Of each generation.
    capacity: usize,
}

type Digest = [u8; 32];

#[derive(Default)]
struct Generations {
    young: HashMap<Digest, Known>,
    old: HashMap<Digest, Known>,
}

#[derive(Clone)]
struct Known {
    principal: Principal,
    until: SystemTime,
    /// The keys by which it was found to be good, where those change.
    keys: Option<Weak<Set>>,
}

impl Cache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            generations: Mutex::default(),
            capacity: capacity.div_ceil(2).max(1),
        }
    }

    pub(crate) fn digest(token: &[u8]) -> Digest {
        Sha256::digest(token).into()
    }

    /// Who a token was made for, if it was good and still is.
    pub(crate) fn get(
        &self,
        digest: &Digest,
        now: SystemTime,
        counts: impl Fn(&Weak<Set>) -> bool,
    ) -> Option<Principal> {
        let is_good = |known: &Known| now < known.until && known.keys.as_ref().is_none_or(&counts);
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = generations.young.get(digest) {
            return is_good(known).then(|| known.principal.clone());
        }
        let known = generations.old.remove(digest)?;
        if !is_good(&known) {
            return None;
        }
        let principal = known.principal.clone();
        generations.add(*digest, known, self.capacity);
        Some(principal)
    }

    pub(crate) fn put(
        &self,
        digest: Digest,
        principal: Principal,
        until: SystemTime,
        keys: Option<Weak<Set>>,
    ) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = Known {
            principal,
            until,
            keys,
        };
        generations.add(digest, known, self.capacity);
    }
}

impl Generations {
    fn add(&mut self, digest: Digest, known: Known, capacity: usize) {
        if self.young.len() >= capacity {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest, known);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Cache, Principal};

    #[test]
    fn it_is_bounded_and_keeps_what_is_asked_for() {
        let cache = Cache::new(100);
        let until = UNIX_EPOCH + Duration::from_secs(10);
        let digest = |i: u32| Cache::digest(&i.to_be_bytes());
        for i in 0..10_000 {
            cache.put(digest(i), Principal::new(i.to_string()), until, None);
            assert!(cache.get(&digest(0), UNIX_EPOCH, |_| true).is_some(), "{i}");
        }
        let generations = cache.generations.lock().expect("no panic");
        assert!(generations.young.len() + generations.old.len() <= 100);
    }

    #[test]
    fn nothing_is_known_for_longer_than_it_is_good() {
        let cache = Cache::new(2);
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let digest = Cache::digest(b"token");
        cache.put(digest, Principal::new("alice"), at(10), None);
        let get = |digest: &_, seconds| cache.get(digest, at(seconds), |_| true);
        assert!(get(&digest, 9).is_some() && get(&digest, 10).is_none());
        assert!(get(&Cache::digest(b"other"), 9).is_none());
    }
}
