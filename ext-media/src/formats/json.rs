//! JSON (RFC 8259), by `serde_json`.

use falcon_core::Result;
use serde::Serialize;
#[cfg(feature = "json-simd")]
use serde::de::DeserializeOwned;
use serde::de::DeserializeSeed;
use serde_json::error::Category;

use crate::fault::{Fault, Kind, Place, Reader};
#[cfg(feature = "json-simd")]
use crate::strict::{Watch, Watched};

pub(crate) struct Json;

/// Below, the copy that it works in costs more than it saves.
#[cfg(feature = "json-simd")]
const FAST_FROM: usize = 16 << 10;

/// What is nested deeper is left to the other engine, which has a limit of its own.
#[cfg(feature = "json-simd")]
const FAST_DEPTH: usize = 127;

impl Reader for Json {
    const CODE: &'static str = "json";
    const NAME: &'static str = "JSON";
    // The library has one of its own, 128, with which it also guards its stack.
    const MAX_DEPTH: usize = usize::MAX;

    #[cfg(feature = "json-simd")]
    fn fast<T: DeserializeOwned>(body: &[u8], lenient: bool) -> Option<T> {
        if body.len() < FAST_FROM {
            return None;
        }
        let watch = Watch::new(FAST_DEPTH, lenient);
        let mut copy = body.to_vec();
        let mut json = simd_json::Deserializer::from_slice(&mut copy).ok()?;
        let seed = std::marker::PhantomData::<T>;
        let watch = &watch;
        Watched { seed, watch }.deserialize(&mut json).ok()
    }

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
