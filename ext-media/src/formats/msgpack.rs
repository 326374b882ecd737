//! MessagePack, by `rmp-serde`.

use falcon_core::Result;
use rmp_serde::decode::Error;
use serde::Serialize;
use serde::de::DeserializeSeed;

use super::binary::{Bytes, Open};
use crate::fault::{Fault, Kind, Place, Reader};

const MAX_DEPTH: usize = 64;

pub(crate) struct MessagePack;

impl Reader for MessagePack {
    const CODE: &'static str = "msgpack";
    const NAME: &'static str = "MessagePack";
    const MAX_DEPTH: usize = MAX_DEPTH;

    /// The library takes what follows a value for no concern of its own, and keys and extensions
    /// for data of any kind.
    fn check(body: &[u8], lenient: bool) -> Result<(), Fault> {
        let mut bytes = Bytes::new(body);
        let mut open = Open::new(MAX_DEPTH);
        while !item(&mut bytes, &mut open, lenient)? {}
        bytes.end()
    }

    fn read<'de, S: DeserializeSeed<'de>>(body: &'de [u8], seed: S) -> Result<S::Value, Fault> {
        let mut msgpack = rmp_serde::Deserializer::new(body);
        msgpack.set_max_depth(MAX_DEPTH + 1);
        let value = seed.deserialize(&mut msgpack);
        let at = body.len() - msgpack.into_inner().len();
        value.map_err(|error| Fault {
            kind: match error {
                Error::DepthLimitExceeded => Kind::TooDeep,
                _ => Kind::Shape,
            },
            reason: error.to_string(),
            place: Some(Place::Offset(at)),
        })
    }
}

/// Structs become maps, by the names of their fields.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result {
    Ok(rmp_serde::encode::write_named(out, value)?)
}

/// Walks over an item, or over what opens one; `true` at the end of the value.
fn item(bytes: &mut Bytes<'_>, open: &mut Open, lenient: bool) -> Result<bool, Fault> {
    let start = bytes.at;
    let first = bytes.number(1)?;
    let is_text = matches!(first, 0xa0..=0xbf | 0xc4..=0xc6 | 0xd9..=0xdb);
    if open.at_key() && !is_text && !lenient {
        return Err(bytes.malformed("the key of a map that is no text"));
    }
    let (length, is_map) = match first {
        0x80..=0x8f => (first & 15, true),
        0x90..=0x9f => (first & 15, false),
        0xdc | 0xdd => (bytes.number(2 << (first - 0xdc))?, false),
        0xde | 0xdf => (bytes.number(2 << (first - 0xde))?, true),
        _ => {
            scalar(bytes, first, lenient)?;
            return Ok(open.item());
        }
    };
    if length == 0 {
        return Ok(open.item());
    }
    let items = if is_map { length * 2 } else { length };
    open.open(Some(items), is_map, start)?;
    Ok(false)
}

fn scalar(bytes: &mut Bytes<'_>, first: u64, lenient: bool) -> Result<(), Fault> {
    let length = match first {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => 0,
        0xa0..=0xbf => return bytes.text(first & 31),
        0xd9..=0xdb => {
            let length = bytes.number(1 << (first - 0xd9))?;
            return bytes.text(length);
        }
        0xc4..=0xc6 => bytes.number(1 << (first - 0xc4))?,
        0xca => 4,
        0xcb => 8,
        0xcc..=0xcf => 1 << (first - 0xcc),
        0xd0..=0xd3 => 1 << (first - 0xd0),
        0xc7..=0xc9 if lenient => bytes.number(1 << (first - 0xc7))? + 1,
        0xd4..=0xd8 if lenient => (1 << (first - 0xd4)) + 1,
        0xc7..=0xc9 | 0xd4..=0xd8 => {
            return Err(bytes.malformed("an extension type, of which none is known"));
        }
        _ => return Err(bytes.malformed("a marker that is none")),
    };
    bytes.take(length).map(drop)
}
