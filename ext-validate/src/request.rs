//! What is valid, in the responder's hands.

use falcon_core::{HttpError, Request, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body::{Taken, Valid};
use crate::json;
use crate::sealed::Sealed;

/// The body of a request as it was validated. Sealed: it is there to be called.
pub trait ValidRequest: Sealed {
    /// Takes the body's value as a `T`, from the very value that was held to the schema: it is not
    /// parsed again.
    ///
    /// # Errors
    ///
    /// - 400, code `body_empty`, where a body may be left out and was.
    /// - 415, code `media_type_unsupported`, where the body is of a media type that has no schema.
    /// - 422, code `json_shape`, with the pointer, where `T` wants something else than the schema
    ///   allows.
    /// - 500 where the route declares no body with a schema, no [`Validation`](crate::Validation) stands around
    ///   it, or the value was taken already.
    fn valid_media<T: DeserializeOwned>(&self) -> Result<T>;

    /// As [`valid_media`](Self::valid_media); `None` where the body was left out.
    ///
    /// # Errors
    ///
    /// As [`valid_media`](Self::valid_media), but for `body_empty`.
    fn optional_valid_media<T: DeserializeOwned>(&self) -> Result<Option<T>>;
}

impl ValidRequest for Request {
    fn valid_media<T: DeserializeOwned>(&self) -> Result<T> {
        let value = self.optional_valid_media()?;
        Ok(value.ok_or_else(|| HttpError::body_missing(&["the one that is described"]))?)
    }

    fn optional_valid_media<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let why = match self.context().get::<Valid>().map(Valid::take) {
            Some(Taken::Value(value, body)) => return Ok(Some(read(value, &body)?)),
            Some(Taken::Nothing) => return Ok(None),
            Some(Taken::Unchecked(checked)) => Err(self.media_type_unsupported(&checked))?,
            Some(Taken::Already) => "the value of the body was taken already",
            None => {
                "no body was validated: the route has to declare one with a schema, and `Validation` has to stand \
                 around it"
            }
        };
        Err(HttpError::internal_server_error().caused_by(why))?
    }
}

/// The value becomes the type's own: its texts are moved, and not copied.
fn read<T: DeserializeOwned>(value: Value, body: &[u8]) -> Result<T, HttpError> {
    T::deserialize(value).or_else(|_| read_again(body))
}

/// Reads once more, with integers that were written as floats: they are valid. What is wrong then has a
/// place, but where the body is no JSON. serde's own words would repeat what the client has sent.
#[cold]
fn read_again<T: DeserializeOwned>(body: &[u8]) -> Result<T, HttpError> {
    let pointer = match json::read(body).ok() {
        None => String::new(),
        Some(mut value) => {
            json::with_integers(&mut value);
            match serde_path_to_error::deserialize(value) {
                Ok(read) => return Ok(read),
                Err(error) => pointer_of(error.path()),
            }
        }
    };
    let at = match pointer.as_str() {
        "" => "the body",
        pointer => pointer,
    };
    Err(HttpError::unprocessable_content()
        .title("JSON of the wrong shape")
        .code("json_shape")
        .detail(format!("At {at}: it is valid, and not what the API takes."))
        .member("pointer", pointer.as_str()))
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => json::escaped(key),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer = format!("{pointer}/{name}");
    }
    pointer
}
