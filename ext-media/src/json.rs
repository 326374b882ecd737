//! JSON by serde.

use falcon_core::{HttpError, Member, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::Segment;

/// Most answers fit into this, and larger ones double it a few times.
const FIRST_CAPACITY: usize = 256;

/// How much of a reason is shown: it quotes the body, which may be long.
const MAX_REASON: usize = 200;

pub(crate) fn write<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    let mut json = Vec::with_capacity(FIRST_CAPACITY);
    serde_json::to_writer(&mut json, value)?;
    Ok(json)
}

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    match serde_json::from_slice(body) {
        Ok(value) => Ok(value),
        Err(error) => Err(problem::<T>(body, &error))?,
    }
}

/// What the client is told: the place, the reason, and which kind of mistake it is.
#[cold]
fn problem<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> HttpError {
    let reason = reason(error);
    let problem = match error.classify() {
        Category::Data if reason.starts_with("duplicate field") => HttpError::bad_request()
            .title("Malformed JSON")
            .code("json_duplicate_member"),
        Category::Data => {
            let pointer = pointer::<T>(body);
            let at = if pointer.is_empty() {
                "the body".to_owned()
            } else {
                pointer.clone()
            };
            return place(HttpError::unprocessable_content(), error)
                .title("JSON of the wrong shape")
                .code("json_shape")
                .detail(format!("At {at}: {reason}."))
                .member("pointer", pointer);
        }
        _ if reason.starts_with("recursion limit") => HttpError::bad_request()
            .title("JSON nested too deep")
            .code("json_too_deep"),
        _ => HttpError::bad_request()
            .title("Malformed JSON")
            .code("json_malformed"),
    };
    let detail = format!(
        "Line {}, column {}: {reason}.",
        error.line(),
        error.column()
    );
    place(problem.detail(detail), error)
}

fn place(problem: HttpError, error: &serde_json::Error) -> HttpError {
    problem
        .member("line", Member::from(error.line()))
        .member("column", Member::from(error.column()))
}

/// What serde says, without the place that it adds to it.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(reason, _)| reason);
    match reason.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{}…", reason.get(..end).unwrap_or("")),
        None => reason.to_owned(),
    }
}

/// The JSON Pointer (RFC 6901) of the value that has the wrong shape. It is found by parsing a
/// second time, so that a body without mistakes pays nothing for it.
fn pointer<T: DeserializeOwned>(body: &[u8]) -> String {
    let mut json = serde_json::Deserializer::from_slice(body);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut json) else {
        return String::new();
    };
    let mut pointer = String::new();
    for segment in error.path() {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}
