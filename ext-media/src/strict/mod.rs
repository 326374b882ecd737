//! What every format has to hold to, whatever its own library lets through: a member once, numbers
//! that are numbers, members by name, a bounded depth.

mod access;
mod keys;
mod names;

use std::cell::{Cell, RefCell};
use std::hash::RandomState;

use serde::de::{DeserializeSeed, Deserializer};
use serde_path_to_error::{Segment, Track};

use self::access::StrictDeserializer;

/// What was found that a format's library does not tell apart from other mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    /// A member twice.
    Duplicate,
    /// NaN or an infinity.
    NotFinite,
    TooDeep,
}

/// What is looked at while a value is read, and what came of it.
pub(crate) struct Watch {
    breach: Cell<Option<Breach>>,
    left: Cell<usize>,
    max_depth: usize,
    lenient: bool,
    /// Names are compared by their hashes, and by themselves only where two hashes are the same.
    exact: bool,
    hasher: RandomState,
    member: RefCell<String>,
}

impl Watch {
    pub(crate) fn new(max_depth: usize, lenient: bool) -> Self {
        Self {
            breach: Cell::new(None),
            left: Cell::new(max_depth),
            max_depth,
            lenient,
            exact: false,
            hasher: RandomState::new(),
            member: RefCell::default(),
        }
    }

    /// The same, with names compared by themselves.
    pub(crate) fn exact(&self) -> Self {
        Self {
            exact: true,
            ..Self::new(self.max_depth, self.lenient)
        }
    }

    pub(crate) fn breach(&self) -> Option<Breach> {
        self.breach.get()
    }

    fn refuse<E: serde::de::Error>(&self, breach: Breach) -> E {
        self.breach.set(Some(breach));
        match breach {
            Breach::Duplicate => {
                E::custom(format_args!("duplicate member `{}`", self.member.borrow()))
            }
            Breach::NotFinite => E::custom("a number that is none"),
            Breach::TooDeep => E::custom(format_args!("nested more than {} deep", self.max_depth)),
        }
    }

    /// Does something one level deeper.
    fn deeper<T, E: serde::de::Error>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(self.refuse(Breach::TooDeep));
        };
        self.left.set(left);
        let value = read();
        self.left.set(left + 1);
        value
    }
}

/// Reads what `seed` reads, with an eye on it.
pub(crate) struct Watched<'w, S> {
    pub(crate) seed: S,
    pub(crate) watch: &'w Watch,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Watched<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let watch = self.watch;
        self.seed.deserialize(StrictDeserializer { inner, watch })
    }
}

/// As [`Watched`], with the place of a mistake kept as a JSON Pointer.
pub(crate) struct Placed<'w, S> {
    pub(crate) seed: S,
    pub(crate) watch: &'w Watch,
    pub(crate) pointer: &'w mut String,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Placed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let watch = self.watch;
        let inner = StrictDeserializer { inner, watch };
        let mut track = Track::new();
        let tracked = serde_path_to_error::Deserializer::new(inner, &mut track);
        let value = self.seed.deserialize(tracked);
        if value.is_err() {
            *self.pointer = pointer(&track.path());
        }
        value
    }
}

/// A path as a JSON Pointer (RFC 6901).
pub(crate) fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    // Its names are the client's, of any length.
    crate::problem::shown(&pointer)
}

fn not_by_name<E: serde::de::Error>(expected: &dyn serde::de::Expected) -> E {
    E::invalid_type(serde::de::Unexpected::Seq, expected)
}
