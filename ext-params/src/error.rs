//! What serde says is wrong.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

/// Why a struct could not be filled in.
#[derive(Debug)]
pub(crate) enum Fault {
    Missing(&'static str),
    Unknown(String, &'static [&'static str]),
    /// A text that is no value: what was expected, and texts that would have been.
    Value(String, &'static [&'static str]),
}

impl Fault {
    pub(crate) fn expected(what: impl Into<String>) -> Self {
        Self::Value(what.into(), &[])
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "`{name}` is missing"),
            Self::Unknown(name, _) => write!(f, "`{name}` is not known"),
            Self::Value(expected, _) => f.write_str(expected),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(why: T) -> Self {
        Self::expected(why.to_string())
    }

    fn invalid_type(_unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected.to_string())
    }

    fn invalid_value(_unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected.to_string())
    }

    fn invalid_length(_length: usize, expected: &dyn Expected) -> Self {
        Self::expected(expected.to_string())
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        let what = match expected {
            [] => "nothing".to_owned(),
            [only] => (*only).to_owned(),
            several => format!("one of {}", several.join(", ")),
        };
        Self::Value(what, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::Unknown(field.to_owned(), expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}
