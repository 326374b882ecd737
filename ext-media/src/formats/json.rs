//! JSON (RFC 8259), by `serde_json`.

use falcon_core::Result;
use serde::Serialize;
use serde::de::DeserializeSeed;
use serde_json::error::Category;

use crate::fault::{Fault, Kind, Place, Reader};

pub(crate) struct Json;

impl Reader for Json {
    const CODE: &'static str = "json";
    const NAME: &'static str = "JSON";
    // The library has one of its own, 128, with which it also guards its stack.
    const MAX_DEPTH: usize = usize::MAX;

    fn read<'de, S: DeserializeSeed<'de>>(body: &'de [u8], seed: S) -> Result<S::Value, Fault> {
        // Once for all of it is faster than for each text, and sees what nobody reads.
        let text =
            std::str::from_utf8(body).map_err(|error| not_utf8(body, error.valid_up_to()))?;
        let mut json = serde_json::Deserializer::from_str(text);
        let value = seed.deserialize(&mut json).map_err(|e| fault(&e))?;
        json.end().map_err(|e| fault(&e))?;
        Ok(value)
    }
}

pub(crate) fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result {
    Ok(serde_json::to_writer(out, value)?)
}

#[cold]
pub(crate) fn fault(error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    // The library adds the place to what it says.
    let reason = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(reason, _)| reason);
    let kind = match error.classify() {
        Category::Data => Kind::Shape,
        _ if reason.starts_with("recursion limit") => Kind::TooDeep,
        _ => Kind::Malformed,
    };
    Fault {
        kind,
        reason: reason.to_owned(),
        place: Some(Place::Line(error.line(), error.column())),
    }
}

#[cold]
fn not_utf8(body: &[u8], at: usize) -> Fault {
    let before = body.get(..at).unwrap_or_default();
    let line = before.split(|b| *b == b'\n').count();
    let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
    Fault {
        kind: Kind::Malformed,
        reason: "the body is not UTF-8".to_owned(),
        place: Some(Place::Line(line, column)),
    }
}
