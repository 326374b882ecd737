//! CBOR (RFC 8949), by `serde_cbor_2`.

use falcon_core::Result;
use serde::Serialize;
use serde::de::DeserializeSeed;

use super::binary::{Bytes, Open};
use crate::fault::{Fault, Kind, Place, Reader};

const MAX_DEPTH: usize = 64;

pub(crate) struct Cbor;

impl Reader for Cbor {
    const CODE: &'static str = "cbor";
    const NAME: &'static str = "CBOR";
    const MAX_DEPTH: usize = MAX_DEPTH;

    /// The library guards its stack against arrays and maps, not against tags.
    fn check(body: &[u8], _lenient: bool) -> Result<(), Fault> {
        let mut bytes = Bytes::new(body);
        let mut open = Open::new(MAX_DEPTH);
        while !item(&mut bytes, &mut open)? {}
        bytes.end()
    }

    fn read<'de, S: DeserializeSeed<'de>>(body: &'de [u8], seed: S) -> Result<S::Value, Fault> {
        let mut cbor = serde_cbor_2::Deserializer::from_slice(body);
        seed.deserialize(&mut cbor).map_err(|error| Fault {
            kind: Kind::Shape,
            reason: error.to_string(),
            place: (error.offset() > 0).then(|| Place::Offset(to_usize(error.offset()))),
        })
    }
}

fn to_usize(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

pub(crate) fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result {
    Ok(serde_cbor_2::to_writer(out, &value)?)
}

/// Walks over an item, or over what opens one (RFC 8949 section 3); `true` at the end of the value.
fn item(bytes: &mut Bytes<'_>, open: &mut Open) -> Result<bool, Fault> {
    let start = bytes.at;
    let first = bytes.number(1)?;
    let (major, info) = (first >> 5, first & 31);
    let argument = match info {
        0..=23 => Some(info),
        24..=27 => Some(bytes.number(1 << (info - 24))?),
        31 if matches!(major, 2..=5 | 7) => None,
        _ => return Err(bytes.malformed("an item that is none")),
    };
    match (major, argument) {
        (0 | 1 | 7, Some(_)) => {}
        (2, Some(length)) => drop(bytes.take(length)?),
        (3, Some(length)) => bytes.text(length)?,
        (2 | 3, None) => chunks(bytes, major)?,
        (4, items) => {
            if items != Some(0) {
                open.open(items, false, start)?;
                return Ok(false);
            }
        }
        (5, members) => {
            if members != Some(0) {
                let items = members.map(|members| members.saturating_mul(2));
                open.open(items, true, start)?;
                return Ok(false);
            }
        }
        (6, _) => {
            open.open(Some(1), false, start)?;
            return Ok(false);
        }
        _ => {
            let done = open.broken_off();
            done.ok_or_else(|| bytes.malformed("a break where nothing is to be ended"))?;
        }
    }
    Ok(open.item())
}

/// A text or bytes in pieces of a known length, up to a break.
fn chunks(bytes: &mut Bytes<'_>, major: u64) -> Result<(), Fault> {
    loop {
        let first = bytes.number(1)?;
        let info = first & 31;
        let length = match info {
            _ if first == 0xff => return Ok(()),
            _ if first >> 5 != major => return Err(bytes.malformed("a piece of another type")),
            0..=23 => info,
            24..=27 => bytes.number(1 << (info - 24))?,
            _ => return Err(bytes.malformed("a piece that is none")),
        };
        if major == 3 {
            bytes.text(length)?;
        } else {
            bytes.take(length)?;
        }
    }
}
