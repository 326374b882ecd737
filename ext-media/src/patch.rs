//! Changes to a value: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902).

use std::future::Future;
use std::marker::PhantomData;

use falcon_core::header::{CONTENT_TYPE, MediaType};
use falcon_core::{Consumes, Error, HttpError, Request, Result};
use json_patch::{PatchError, PatchErrorKind, PatchOperation, TestOperation};
use serde::Serialize;
use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::{Map, Number, Value};

use crate::fault::{self, Fault, Kind};
use crate::formats::json::Json;
use crate::media::Media;
use crate::problem::shown;
use crate::strict::{Placed, Watch, Watched};

const MERGE_PATCH: &str = "application/merge-patch+json";
const JSON_PATCH: &str = "application/json-patch+json";

/// More operations than any client has use for.
const MAX_OPERATIONS: usize = 1000;

/// How much the operations of a patch may copy and move, in bytes or so: a copy can double the
/// document, and what is moved is walked through.
const MAX_MOVED: usize = 16 << 20;

/// How much of lists may be shifted by what is put into them and taken out, in bytes or so.
const MAX_SHIFTED: usize = 256 << 20;

/// How deep a document may become: as deep as one that is read.
const MAX_DEPTH: usize = 128;

/// What [`MediaRequest::patch_media`](crate::MediaRequest::patch_media) does.
pub(crate) fn patch<T: Serialize + DeserializeOwned>(
    req: &Request,
    current: &T,
) -> impl Future<Output = Result<T>> + Send {
    // Not across the reading of the body: the value need not be one that threads share.
    let document = serde_json::to_value(current);
    async move {
        let mut document = document?;
        req.check_content_encoding()?;
        let lenient = Media::of(req).is_lenient();
        let is_merge = is_merge_patch(req)?;
        let body = req.read_body().await?;
        if body.is_empty() {
            Err(HttpError::body_missing(&taken(req)))?;
        }
        if is_merge {
            let changes: Value = fault::read::<Json, _>(&body, lenient)?;
            json_patch::merge(&mut document, &changes);
        } else {
            apply(&mut document, &operations(&body, lenient)?)?;
        }
        read_changed(&document, lenient)
    }
}

/// The media types of patches that the route takes: both, unless it says which.
fn taken(req: &Request) -> Vec<String> {
    let consumes = req.meta::<Consumes>();
    let is_named = |patch: &str| {
        let mut types = consumes.into_iter().flat_map(Consumes::iter);
        types.any(|name| MediaType::parse(name).is_some_and(|name| name.is(patch)))
    };
    let both = [MERGE_PATCH, JSON_PATCH];
    let any = both.iter().any(|patch| is_named(patch));
    let taken = both.into_iter().filter(|patch| !any || is_named(patch));
    taken.map(str::to_owned).collect()
}

fn is_merge_patch(req: &Request) -> Result<bool> {
    let taken = taken(req);
    let sent = req.headers().get(CONTENT_TYPE);
    let sent = sent.and_then(|value| MediaType::parse(value.to_str().ok()?));
    let sent = sent.filter(|sent| taken.iter().any(|patch| sent.is(patch)));
    Ok(sent
        .ok_or_else(|| req.media_type_unsupported(&taken))?
        .is(MERGE_PATCH))
}

/// Reads operations: objects, though serde takes them as lists too.
fn operations(body: &[u8], lenient: bool) -> Result<Vec<PatchOperation>> {
    let operations: Vec<Map<String, Value>> = fault::read::<Json, _>(body, lenient)?;
    let read = |(i, operation)| {
        serde_json::from_value(Value::Object(operation)).map_err(|error: serde_json::Error| {
            let fault = Fault {
                kind: Kind::Shape,
                reason: error.to_string(),
                place: None,
            };
            fault::shape::<Json>(&fault, format!("/{i}"))
        })
    };
    operations.into_iter().enumerate().map(read).collect()
}

/// Applies operations one after another, to a document that is thrown away if one fails.
fn apply(document: &mut Value, operations: &[PatchOperation]) -> Result {
    if operations.len() > MAX_OPERATIONS {
        let detail = format!("A patch may have at most {MAX_OPERATIONS} operations.");
        Err(HttpError::content_too_large().detail(detail))?;
    }
    let (mut moved, mut shifted) = (0, 0);
    for (i, operation) in operations.iter().enumerate() {
        if let Some(source) = source(document, operation) {
            let (bytes, depth) = measure(source);
            if matches!(operation, PatchOperation::Copy(_) | PatchOperation::Move(_)) {
                moved += bytes;
            }
            if depth + operation.path().count() > MAX_DEPTH {
                Err(too_much(
                    i,
                    &format!("nests values more than {MAX_DEPTH} deep"),
                ))?;
            }
        }
        shifted += shift(document, operation);
        if moved > MAX_MOVED || shifted > MAX_SHIFTED {
            let what =
                format!("copies and moves more than {MAX_MOVED} bytes, or long lists too often");
            Err(too_much(i, &what))?;
        }
        let applied = match operation {
            PatchOperation::Test(test) => check(document, test),
            _ => json_patch::patch(document, std::slice::from_ref(operation))
                .map_err(|error| why(&error)),
        };
        applied.map_err(|why| failed(i, operation, why))?;
    }
    Ok(())
}

/// RFC 6902 section 4.6.
fn check(document: &Value, test: &TestOperation) -> Result<(), &'static str> {
    match document.pointer(test.path.as_str()) {
        None => Err("there is no such place"),
        Some(value) if is_equal(value, &test.value) => Ok(()),
        Some(_) => Err("the value there is another one"),
    }
}

/// Numbers are equal if they are as numbers: `1` and `1.0` are two ways to write one.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => is_same_number(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(name, value): (&String, &Value)| {
                other.get(name).is_some_and(|other| is_equal(value, other))
            };
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

/// How much of a list has to make room for what an operation puts into it, or closes up behind what it
/// takes out.
fn shift(document: &Value, operation: &PatchOperation) -> usize {
    let tail = |pointer: &str| {
        let (list, index) = pointer.rsplit_once('/')?;
        let list = document.pointer(list)?.as_array()?;
        let index = index.parse::<usize>().ok()?;
        Some(list.len().saturating_sub(index) * size_of::<Value>())
    };
    let path = operation.path().as_str();
    match operation {
        PatchOperation::Add(_) | PatchOperation::Remove(_) | PatchOperation::Copy(_) => {
            tail(path).unwrap_or(0)
        }
        PatchOperation::Move(moved) => {
            tail(path).unwrap_or(0) + tail(moved.from.as_str()).unwrap_or(0)
        }
        PatchOperation::Replace(_) | PatchOperation::Test(_) => 0,
    }
}

/// What an operation puts somewhere.
fn source<'a>(document: &'a Value, operation: &'a PatchOperation) -> Option<&'a Value> {
    match operation {
        PatchOperation::Add(add) => Some(&add.value),
        PatchOperation::Replace(replace) => Some(&replace.value),
        PatchOperation::Copy(copy) => document.pointer(copy.from.as_str()),
        PatchOperation::Move(moved) => document.pointer(moved.from.as_str()),
        PatchOperation::Remove(_) | PatchOperation::Test(_) => None,
    }
}

/// How much memory a value takes, in bytes or so, and how deep it is; counted no further than what
/// may be moved.
fn measure(value: &Value) -> (usize, usize) {
    let (mut bytes, mut deepest) = (0, 0);
    let mut left = vec![(value, 1)];
    while let Some((value, depth)) = left.pop() {
        bytes += size_of::<Value>();
        deepest = deepest.max(depth);
        match value {
            Value::String(text) => bytes += text.len(),
            Value::Array(items) => left.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => {
                bytes += members.keys().map(String::len).sum::<usize>();
                left.extend(members.values().map(|member| (member, depth + 1)));
            }
            _ => {}
        }
        if bytes > MAX_MOVED {
            break;
        }
    }
    (bytes, deepest)
}

#[cold]
fn too_much(index: usize, what: &str) -> HttpError {
    HttpError::content_too_large()
        .detail(format!("Operation {index}: the patch {what}."))
        .member("operation", index)
}

fn is_same_number(one: &Number, other: &Number) -> bool {
    let whole = |number: &Number| {
        let whole = number.as_i64().map(i128::from);
        whole.or_else(|| number.as_u64().map(i128::from))
    };
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one == other,
        (Some(whole), None) => other.as_f64().is_some_and(|float| is_whole(float, whole)),
        (None, Some(whole)) => one.as_f64().is_some_and(|float| is_whole(float, whole)),
        (None, None) => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => is_same_float(one, other),
            _ => one == other,
        },
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float without a fraction, of less than 2 to the 64"
)]
fn is_whole(float: f64, whole: i128) -> bool {
    float.fract() == 0.0 && float.abs() < 1.9e19 && float as i128 == whole
}

/// A number of 32 bits is shown with as many digits as it has, and is that one again.
#[expect(clippy::float_cmp, reason = "they are the same, or not")]
#[expect(clippy::cast_possible_truncation, reason = "that is asked")]
fn is_same_float(one: f64, other: f64) -> bool {
    let is_single = |float: f64| f64::from(float as f32) == float;
    one == other || ((is_single(one) || is_single(other)) && one as f32 == other as f32)
}

fn why(error: &PatchError) -> &'static str {
    match error.kind {
        PatchErrorKind::InvalidFromPointer => "there is nothing to take from",
        PatchErrorKind::CannotMoveInsideItself => "a value cannot be moved into itself",
        _ => "there is no such place",
    }
}

/// RFC 5789 section 2.2: the document is not in the state that the patch was made for.
#[cold]
fn failed(index: usize, operation: &PatchOperation, why: &str) -> Error {
    let code = match operation {
        PatchOperation::Test(_) => "json_patch_test_failed",
        _ => "json_patch_conflict",
    };
    let path = shown(operation.path().as_str());
    HttpError::conflict()
        .title("Patch that does not fit")
        .code(code)
        .detail(format!("Operation {index}, at {path}: {why}."))
        .member("operation", index)
        .member("pointer", path)
        .into()
}

/// Makes a value of the changed document, which has to be one that could have been sent.
fn read_changed<T: DeserializeOwned>(document: &Value, lenient: bool) -> Result<T> {
    let (watch, seed) = (&Watch::new(usize::MAX, lenient), PhantomData::<T>);
    let read = Watched { seed, watch }.deserialize(document);
    read.map_err(|error| {
        let mut place = String::new();
        let pointer = &mut place;
        let _same = Placed {
            seed,
            watch,
            pointer,
        }
        .deserialize(document);
        let fault = Fault {
            kind: Kind::Shape,
            reason: error.to_string(),
            place: None,
        };
        fault::shape::<Json>(&fault, place)
    })
}
