//! A set of keys, and for how long it is good.

use std::time::{Duration, SystemTime};

use falcon_core::BoxError;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Algorithm, FetchedKeys, Key};
use crate::jwt::algorithm::Family;
use crate::jwt::key::Jwk;

/// What larger sets are is no set of keys.
const MAX_BYTES: usize = 256 * 1024;
const MAX_KEYS: usize = 100;

/// How long a set is kept that does not say, and at most.
const AGE: Duration = Duration::from_secs(5 * 60);
const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) struct Set {
    pub(crate) keys: Vec<Key>,
    fetched_at: SystemTime,
    /// From then on it is fetched anew beside the requests.
    renewed_at: SystemTime,
    /// From then on requests wait for that.
    pub(crate) fresh_until: SystemTime,
    /// From then on it is no set any more, even if it cannot be fetched anew.
    good_until: SystemTime,
}

#[derive(Deserialize)]
struct Document<'j> {
    #[serde(borrow)]
    keys: Vec<&'j RawValue>,
}

impl Set {
    pub(super) fn read(
        fetched: &FetchedKeys,
        algorithms: &[Algorithm],
        now: SystemTime,
        floor: Duration,
        stale_for: Duration,
    ) -> Result<Self, BoxError> {
        if fetched.json.len() > MAX_BYTES {
            return Err("the set of keys is larger than 256 KiB".into());
        }
        let document: Document<'_> = serde_json::from_slice(&fetched.json)?;
        if document.keys.len() > MAX_KEYS {
            return Err("the set has more than 100 keys".into());
        }
        let keys: Vec<Key> = document
            .keys
            .iter()
            .flat_map(|key| keys_of(key, algorithms))
            .collect();
        if keys.is_empty() {
            return Err("the set has no key that could be used".into());
        }
        let fresh_for = fetched
            .max_age
            .unwrap_or(AGE)
            .clamp(floor.min(MAX_AGE), MAX_AGE);
        Ok(Self {
            keys,
            fetched_at: now,
            renewed_at: now + fresh_for.mul_f32(0.8),
            fresh_until: now + fresh_for,
            good_until: now + fresh_for + stale_for,
        })
    }

    pub(super) fn is_good(&self, now: SystemTime) -> bool {
        now < self.good_until
    }

    /// Of a set from the future, which a clock that was set back has, nothing is known.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        (self.fetched_at..self.fresh_until).contains(&now)
    }

    pub(super) fn is_to_be_renewed(&self, now: SystemTime) -> bool {
        !(self.fetched_at..self.renewed_at).contains(&now)
    }
}

/// A key for each algorithm that it can be for. What is of another kind is passed over, so that an issuer
/// can publish what we do not know; a secret in a public set is nobody's secret.
fn keys_of(key: &RawValue, algorithms: &[Algorithm]) -> Vec<Key> {
    let Ok(key) = serde_json::from_str::<Jwk>(key.get()) else {
        return Vec::new();
    };
    let public = algorithms
        .iter()
        .filter(|algorithm| algorithm.family() != Family::Hmac);
    public
        .filter_map(|algorithm| key.key(*algorithm).ok())
        .collect()
}
