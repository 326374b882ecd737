//! Parameters that several URLs have, as they were validated.

use std::time::Duration;

use falcon::Query;
use falcon::prelude::*;

/// `wait=S`: seconds, 0 if it is left out.
pub(super) fn wait(req: &Request) -> Result<Duration> {
    let seconds = req.query()?.parse_as("wait")?;
    Ok(Duration::from_secs(seconds.unwrap_or(0)))
}

/// `limit=N`: 50 if it is left out.
pub(super) fn limit(query: Query<'_>) -> Result<usize> {
    Ok(query.parse_as("limit")?.unwrap_or(50))
}

/// `label=key:value`, several times.
pub(super) fn labels(query: Query<'_>) -> Vec<(String, String)> {
    let labels = query.all("label");
    let pairs = labels.filter_map(|label| {
        let (key, value) = label.split_once(':')?;
        Some((key.to_owned(), value.to_owned()))
    });
    pairs.collect()
}

/// `Idempotency-Key`, as it came.
pub(super) fn idempotency_key(req: &Request) -> Option<String> {
    req.header("idempotency-key").map(str::to_owned)
}
