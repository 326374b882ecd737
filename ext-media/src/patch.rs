//! Changes to a value: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902).

use std::future::Future;

use falcon_core::header::{CONTENT_TYPE, MediaType};
use falcon_core::{Consumes, Error, HttpError, Request, Result};
use json_patch::{Patch, PatchError, PatchErrorKind, PatchOperation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fault::{self, Fault, Kind};
use crate::formats::json::Json;
use crate::request::{check_encoding, empty, unsupported};
use crate::strict::pointer;

const MERGE_PATCH: &str = "application/merge-patch+json";
const JSON_PATCH: &str = "application/json-patch+json";

/// More operations than any client has use for.
const MAX_OPERATIONS: usize = 1000;

/// How much the operations `copy` of a patch may copy, in bytes or so: each can double the document.
const MAX_COPIED: usize = 16 << 20;

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
        check_encoding(req)?;
        let is_merge = is_merge_patch(req)?;
        let body = req.read_body().await?;
        if body.is_empty() {
            Err(empty(&taken(req)))?;
        }
        if is_merge {
            let changes: Value = fault::read::<Json, _>(&body, false)?;
            json_patch::merge(&mut document, &changes);
        } else {
            let operations: Patch = fault::read::<Json, _>(&body, false)?;
            apply(&mut document, &operations)?;
        }
        read_changed(document)
    }
}

/// The media types of patches that the route takes.
fn taken(req: &Request) -> Vec<String> {
    let both = [MERGE_PATCH, JSON_PATCH];
    let taken = req.meta::<Consumes>().map(|consumes| {
        let is_taken = |patch: &&str| {
            let mut types = consumes.iter().filter_map(MediaType::parse);
            types.any(|media_type| media_type.is(patch))
        };
        both.into_iter()
            .filter(is_taken)
            .map(str::to_owned)
            .collect()
    });
    taken.unwrap_or_else(|| both.map(str::to_owned).into())
}

fn is_merge_patch(req: &Request) -> Result<bool> {
    let taken = taken(req);
    let sent = req.headers().get(CONTENT_TYPE);
    let sent = sent.and_then(|value| MediaType::parse(value.to_str().ok()?));
    let sent = sent.filter(|sent| taken.iter().any(|patch| sent.is(patch)));
    Ok(sent
        .ok_or_else(|| unsupported(req, &taken))?
        .is(MERGE_PATCH))
}

/// Applies operations one after another, to a document that is thrown away if one fails.
fn apply(document: &mut Value, operations: &[PatchOperation]) -> Result {
    if operations.len() > MAX_OPERATIONS {
        let detail = format!("A patch may have at most {MAX_OPERATIONS} operations.");
        Err(HttpError::content_too_large().detail(detail))?;
    }
    let mut copied = 0;
    for (i, operation) in operations.iter().enumerate() {
        let (bytes, depth) = source(document, operation).map_or((0, 0), measure);
        if matches!(operation, PatchOperation::Copy(_)) {
            copied += bytes;
        }
        if copied > MAX_COPIED {
            Err(too_much(i, &format!("copies more than {MAX_COPIED} bytes")))?;
        }
        if depth + operation.path().count() > MAX_DEPTH {
            Err(too_much(
                i,
                &format!("nests values more than {MAX_DEPTH} deep"),
            ))?;
        }
        json_patch::patch(document, std::slice::from_ref(operation))
            .map_err(|error| failed(i, operation, &error))?;
    }
    Ok(())
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
/// may be copied.
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
        if bytes > MAX_COPIED {
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

/// RFC 5789 section 2.2: the document is not in the state that the patch was made for.
#[cold]
fn failed(index: usize, operation: &PatchOperation, error: &PatchError) -> Error {
    let is_test = matches!(operation, PatchOperation::Test(_));
    let code = if is_test {
        "json_patch_test_failed"
    } else {
        "json_patch_conflict"
    };
    let why = match error.kind {
        PatchErrorKind::TestFailed => "the value there is another one",
        PatchErrorKind::InvalidFromPointer => "there is nothing to take from",
        PatchErrorKind::CannotMoveInsideItself => "a value cannot be moved into itself",
        _ => "there is no such place",
    };
    let path = operation.path().as_str().to_owned();
    HttpError::conflict()
        .title("Patch that does not fit")
        .code(code)
        .detail(format!("Operation {index}, at {path}: {why}."))
        .member("operation", index)
        .member("pointer", path)
        .into()
}

/// Makes a value of the changed document.
fn read_changed<T: DeserializeOwned>(document: Value) -> Result<T> {
    serde_path_to_error::deserialize(document).map_err(|error| {
        let place = pointer(error.path());
        let fault = Fault {
            kind: Kind::Shape,
            reason: error.into_inner().to_string(),
            place: None,
        };
        fault::shape::<Json>(&fault, place)
    })
}
