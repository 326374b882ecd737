//! Parameters that several URLs have.

use std::time::Duration;

use falcon::Query;
use falcon::prelude::*;

/// The most seconds that a request waits.
const LONGEST_WAIT: u64 = 60;

/// `wait=S`: seconds from 0 to 60, 0 if it is left out.
pub(super) fn wait(req: &Request) -> Result<Duration> {
    let seconds = req.query()?.within("wait", 0..=LONGEST_WAIT)?;
    Ok(Duration::from_secs(seconds.unwrap_or(0)))
}

/// `limit=N`: from 1 to 200, 50 if it is left out.
pub(super) fn limit(query: Query<'_>) -> Result<usize> {
    Ok(query.within("limit", 1..=200)?.unwrap_or(50))
}

/// The most labels that a listing asks for: each is looked for in every agent.
const MOST_LABELS: usize = 16;

/// `label=key:value`, up to 16 times.
pub(super) fn labels(query: Query<'_>) -> Result<Vec<(String, String)>> {
    let pair = |label: std::borrow::Cow<'_, str>| match label.split_once(':') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(HttpError::invalid_parameter(
            "label",
            "It is not key:value.",
        ))?,
    };
    if query.all("label").nth(MOST_LABELS).is_some() {
        Err(HttpError::invalid_parameter(
            "label",
            format!("It is there more than {MOST_LABELS} times."),
        ))?;
    }
    query.all("label").map(pair).collect()
}

/// `Idempotency-Key`, as it came.
pub(super) fn idempotency_key(req: &Request) -> Result<Option<String>> {
    let name = header::HeaderName::from_static("idempotency-key");
    if !req.headers().contains_key(&name) {
        return Ok(None);
    }
    let key = req.required_header(&name)?.trim();
    if key.is_empty() || key.len() > 255 {
        Err(HttpError::invalid_header(
            &name,
            "It is not 1 to 255 characters long.",
        ))?;
    }
    Ok(Some(key.to_owned()))
}
