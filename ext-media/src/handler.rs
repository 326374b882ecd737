//! Formats of an application's own.

use std::fmt;
use std::marker::PhantomData;

use falcon_core::header::MediaType;
use falcon_core::{Error, HttpError, Result};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _};
use serde::{Serialize, Serializer};

use crate::negotiate::unwritable;
use crate::problem::shown;
use crate::strict::{Breach, Placed, Watch, Watched};

/// The depth to which values of such a format may be nested.
const MAX_DEPTH: usize = 128;

/// A format of your own: how values are written into bytes and read from them.
///
/// It is put into an app by [`Media::handler`](crate::Media::handler). Any library that works with
/// serde does, and what is demanded of every format is seen to on the way: members that come twice,
/// numbers that are none and lists in the place of structs are refused, and so is a depth of more
/// than 128.
///
/// Falcon: `media.BaseHandler`.
///
/// # Examples
///
/// ```
/// use falcon_core::header::MediaType;
/// use falcon_core::Result;
/// use falcon_media::{Media, MediaHandler, Target, Writable};
///
/// /// JSON on several lines, for people.
/// struct Pretty;
///
/// impl MediaHandler for Pretty {
///     fn media_types(&self) -> &[&str] {
///         &["application/vnd.acme.pretty"]
///     }
///
///     fn write(&self, value: Writable<'_>, _: &MediaType<'_>, out: &mut Vec<u8>) -> Result {
///         Ok(serde_json::to_writer_pretty(out, &value)?)
///     }
///
///     fn read(&self, body: &[u8], _: &MediaType<'_>, target: Target<'_>) -> Result {
///         let mut json = serde_json::Deserializer::from_slice(body);
///         target.read(&mut json)?;
///         Ok(json.end()?)
///     }
/// }
///
/// let media = Media::new().handler(Pretty);
/// ```
pub trait MediaHandler: Send + Sync + 'static {
    /// Returns the media types that this is for, the one that is written first.
    fn media_types(&self) -> &[&str];

    /// Appends a value to the body of a response of that type.
    ///
    /// # Errors
    ///
    /// Whatever goes wrong; the client gets 500 and is not told what.
    fn write(&self, value: Writable<'_>, media_type: &MediaType<'_>, out: &mut Vec<u8>) -> Result;

    /// Reads the body of a request, which has that type, into `target`.
    ///
    /// All of it has to be read: what is left over is malformed, and nobody else looks.
    ///
    /// # Errors
    ///
    /// An [`HttpError`] is answered as it is; any other error is 400, code `media_malformed`,
    /// `media_duplicate_member` or `media_too_deep`, with its text as the reason. The body is then
    /// read a second time, to find the place.
    fn read(&self, body: &[u8], media_type: &MediaType<'_>, target: Target<'_>) -> Result;
}

/// A value that a [`MediaHandler`] writes: it is [`Serialize`], whatever its type.
#[derive(Clone, Copy)]
pub struct Writable<'a>(&'a dyn erased_serde::Serialize);

impl Serialize for Writable<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        erased_serde::serialize(self.0, serializer)
    }
}

impl fmt::Debug for Writable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writable")
    }
}

type Slot<'a> =
    dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error> + 'a;

/// Where a [`MediaHandler`] puts what it reads.
pub struct Target<'a>(&'a mut Slot<'a>);

impl Target<'_> {
    /// Reads a value from a deserializer, whatever its type.
    ///
    /// # Errors
    ///
    /// Those of the deserializer, and of the type that is read.
    pub fn read<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let mut erased = <dyn erased_serde::Deserializer<'_>>::erase(deserializer);
        (self.0)(&mut erased).map_err(D::Error::custom)
    }
}

impl fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target")
    }
}

pub(crate) fn write<T: Serialize + ?Sized>(
    handler: &dyn MediaHandler,
    value: &T,
    media_type: &str,
    out: &mut Vec<u8>,
) -> Result {
    let media_type = MediaType::parse(media_type).ok_or_else(|| unwritable(media_type))?;
    handler.write(Writable(&value), &media_type, out)
}

pub(crate) fn read<T: DeserializeOwned>(
    handler: &dyn MediaHandler,
    body: &[u8],
    media_type: &MediaType<'_>,
    lenient: bool,
) -> Result<T> {
    let (watch, seed) = (&Watch::new(MAX_DEPTH, lenient), PhantomData::<T>);
    let read = fill(handler, body, media_type, &mut |erased| {
        Watched { seed, watch }.deserialize(erased)
    });
    read.or_else(|error| explain(handler, body, media_type, watch, error))
}

type Read<'a, T> =
    dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<T, erased_serde::Error> + 'a;

fn fill<T>(
    handler: &dyn MediaHandler,
    body: &[u8],
    media_type: &MediaType<'_>,
    read: &mut Read<'_, T>,
) -> Result<T> {
    let mut value = None;
    let mut slot = |erased: &mut dyn erased_serde::Deserializer<'_>| {
        value = Some(read(erased)?);
        Ok(())
    };
    handler.read(body, media_type, Target(&mut slot))?;
    Ok(value.ok_or_else(|| {
        let why = format!("the handler of {media_type} has read nothing, and said so to nobody");
        HttpError::internal_server_error().caused_by(why)
    })?)
}

/// Finds out, by reading a second time, where the mistake is.
#[cold]
fn explain<T: DeserializeOwned>(
    handler: &dyn MediaHandler,
    body: &[u8],
    media_type: &MediaType<'_>,
    watch: &Watch,
    error: Error,
) -> Result<T> {
    if error.is_http() {
        return Err(error);
    }
    // Names by themselves, this time: two may have one hash.
    let (watch, seed) = (&watch.exact(), PhantomData::<T>);
    let mut place = String::new();
    let again = fill(handler, body, media_type, &mut |erased| {
        let pointer = &mut place;
        Placed {
            seed,
            watch,
            pointer,
        }
        .deserialize(erased)
    });
    again.map_err(|error| malformed(error, media_type, watch.breach(), place))
}

fn malformed(
    error: Error,
    media_type: &MediaType<'_>,
    breach: Option<Breach>,
    place: String,
) -> Error {
    let code = match breach {
        Some(Breach::Duplicate) => "media_duplicate_member",
        Some(Breach::TooDeep) => "media_too_deep",
        Some(Breach::NotFinite) | None => "media_malformed",
    };
    let reason = error.as_std().map(|own| shown(&own.to_string()));
    let reason = reason.unwrap_or_default();
    let problem = HttpError::bad_request()
        .title("Malformed body")
        .code(code)
        .detail(format!(
            "The body is not {}: {reason}.",
            media_type.essence()
        ))
        .caused_by(error);
    if place.is_empty() {
        return problem.into();
    }
    problem.member("pointer", place).into()
}
