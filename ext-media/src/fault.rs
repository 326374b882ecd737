//! What can be wrong with a body, as the client is told.

use falcon_core::{Error, HttpError};
use serde::de::{DeserializeOwned, DeserializeSeed};

use crate::problem::shown;
use crate::strict::{Breach, Placed, Watch, Watched};

/// How a format reads, by its own library.
pub(crate) trait Reader {
    /// The beginning of the codes of its errors.
    const CODE: &'static str;
    /// What it is called in a sentence.
    const NAME: &'static str;
    /// How deep a value may be nested.
    const MAX_DEPTH: usize;

    /// Looks at the body before it is read, for what the library would not see, or not survive.
    fn check(_body: &[u8], _lenient: bool) -> Result<(), Fault> {
        Ok(())
    }

    /// Reads all of the body, faster than [`read`](Self::read), where that goes without a question;
    /// `None` where it does not, for whatever reason.
    fn fast<T: DeserializeOwned>(_body: &[u8], _lenient: bool) -> Option<T> {
        None
    }

    /// Reads all of the body.
    fn read<'de, S: DeserializeSeed<'de>>(body: &'de [u8], seed: S) -> Result<S::Value, Fault>;
}

/// What a format's library says.
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) reason: String,
    pub(crate) place: Option<Place>,
}

impl Fault {
    #[cfg(any(feature = "cbor", feature = "msgpack"))]
    pub(crate) fn new(kind: Kind, reason: impl Into<String>, place: Place) -> Self {
        Self {
            kind,
            reason: reason.into(),
            place: Some(place),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No value of the format at all.
    Malformed,
    TooDeep,
    /// One that is not what was wanted.
    Shape,
}

pub(crate) enum Place {
    /// Both count from 1.
    #[cfg(feature = "json")]
    Line(usize, usize),
    /// In bytes, from 0.
    #[cfg(any(feature = "cbor", feature = "msgpack"))]
    Offset(usize),
}

/// Reads a body as a `T`, with everything in mind that is demanded of every format.
pub(crate) fn read<F: Reader, T: DeserializeOwned>(body: &[u8], lenient: bool) -> Result<T, Error> {
    if let Some(value) = F::fast(body, lenient) {
        return Ok(value);
    }
    let watch = Watch::new(F::MAX_DEPTH, lenient);
    let seed = std::marker::PhantomData::<T>;
    F::check(body, lenient)
        .and_then(|()| {
            F::read(
                body,
                Watched {
                    seed,
                    watch: &watch,
                },
            )
        })
        .or_else(|fault| explain::<F, T>(body, &fault, &watch))
}

/// Finds out, by reading a second time where need be, what the client has to be told.
#[cold]
fn explain<F: Reader, T: DeserializeOwned>(
    body: &[u8],
    fault: &Fault,
    watch: &Watch,
) -> Result<T, Error> {
    let seed = std::marker::PhantomData::<T>;
    let told_by_serde = fault.kind == Kind::Shape && fault.reason.starts_with("duplicate field");
    match watch.breach() {
        Some(Breach::Duplicate) => {
            // Two names may have one hash, though it has never been seen.
            let watch = watch.exact();
            match F::read(
                body,
                Watched {
                    seed,
                    watch: &watch,
                },
            ) {
                Ok(value) => Ok(value),
                Err(_) if watch.breach() != Some(Breach::Duplicate) => {
                    explain::<F, T>(body, fault, &watch)
                }
                Err(fault) => Err(duplicate::<F>(&fault)),
            }
        }
        None if told_by_serde => Err(duplicate::<F>(fault)),
        Some(Breach::TooDeep) => Err(too_deep::<F>(fault)),
        None if fault.kind == Kind::TooDeep => Err(too_deep::<F>(fault)),
        None if fault.kind == Kind::Shape => {
            let mut pointer = String::new();
            let place = Placed {
                seed,
                watch: &watch.exact(),
                pointer: &mut pointer,
            };
            let _same = F::read(body, place);
            Err(shape::<F>(fault, pointer))
        }
        Some(Breach::NotFinite) | None => Err(malformed::<F>(fault)),
    }
}

fn malformed<F: Reader>(fault: &Fault) -> Error {
    let error = HttpError::bad_request()
        .title(format!("Malformed {}", F::NAME))
        .code(format!("{}_malformed", F::CODE));
    placed(error, fault).into()
}

fn duplicate<F: Reader>(fault: &Fault) -> Error {
    let error = HttpError::bad_request()
        .title(format!("Malformed {}", F::NAME))
        .code(format!("{}_duplicate_member", F::CODE));
    placed(error, fault).into()
}

fn too_deep<F: Reader>(fault: &Fault) -> Error {
    let error = HttpError::bad_request()
        .title(format!("{} nested too deep", F::NAME))
        .code(format!("{}_too_deep", F::CODE));
    placed(error, fault).into()
}

pub(crate) fn shape<F: Reader>(fault: &Fault, pointer: String) -> Error {
    let at = if pointer.is_empty() {
        "the body"
    } else {
        pointer.as_str()
    };
    let detail = format!("At {at}: {}.", shown(&fault.reason));
    let error = HttpError::unprocessable_content()
        .title(format!("{} of the wrong shape", F::NAME))
        .code(format!("{}_shape", F::CODE));
    placed(error, fault)
        .detail(detail)
        .member("pointer", pointer)
        .into()
}

/// With the place in the members, and in the sentence.
fn placed(error: HttpError, fault: &Fault) -> HttpError {
    let reason = shown(&fault.reason);
    match fault.place {
        #[cfg(feature = "json")]
        Some(Place::Line(line, column)) => error
            .detail(format!("Line {line}, column {column}: {reason}."))
            .member("line", line)
            .member("column", column),
        #[cfg(any(feature = "cbor", feature = "msgpack"))]
        Some(Place::Offset(offset)) => error
            .detail(format!("At byte {offset}: {reason}."))
            .member("offset", offset),
        None => error.detail(format!("{reason}.")),
    }
}
