//! URL-encoded forms: pairs of names and values, with the names of nested fields in brackets.

mod read;
mod tree;
mod write;

use falcon_core::{Error, HttpError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::read::FieldDeserializer;
use self::tree::Field;
use crate::problem::shown;
use crate::strict::pointer;

/// Forms are written by hand.
pub(crate) const MAX_BYTES: u64 = 256 << 10;

/// The most fields that a form may have.
const MAX_FIELDS: usize = 1000;

/// How deep names may be nested.
const MAX_DEPTH: usize = 16;

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let form = Field::parse(body).map_err(|why| malformed(&why))?;
    let form = FieldDeserializer::new(&form);
    serde_path_to_error::deserialize(form).map_err(|error| {
        let at = pointer(error.path());
        wrong_shape(at, &error.into_inner().to_string())
    })
}

#[cold]
fn malformed(why: &str) -> Error {
    HttpError::bad_request()
        .title("Malformed form")
        .code("form_malformed")
        .detail(format!("{}.", shown(why)))
        .into()
}

#[cold]
fn wrong_shape(pointer: String, why: &str) -> Error {
    let at = if pointer.is_empty() {
        "the form"
    } else {
        pointer.as_str()
    };
    let detail = format!("At {at}: {}.", shown(why));
    let problem = if why == read::TWICE {
        HttpError::bad_request()
            .title("Malformed form")
            .code("form_duplicate_member")
    } else {
        HttpError::unprocessable_content()
            .title("Form of the wrong shape")
            .code("form_shape")
    };
    problem.detail(detail).member("pointer", pointer).into()
}

pub(crate) fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result {
    let field = value.serialize(write::FieldSerializer)?;
    Ok(write::encode(field, out)?)
}
