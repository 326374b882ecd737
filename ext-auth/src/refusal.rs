//! Why nobody was recognised.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// Why an authenticator took no credentials that it was sent.
///
/// The client is told none of it: every cause of a 401 looks the same. Error observers see it as the
/// source of the error.
#[derive(Debug)]
pub struct Refusal {
    kind: Kind,
    why: Cow<'static, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Invalid,
    Unavailable(Duration),
}

impl Refusal {
    /// The credentials are not good: 401. The reason is for logs: it holds no part of them.
    pub fn invalid(why: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: Kind::Invalid,
            why: why.into(),
        }
    }

    /// It cannot be told at the moment whether they are: 503, with `Retry-After`.
    pub fn unavailable(retry_after: Duration, why: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: Kind::Unavailable(retry_after),
            why: why.into(),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl StdError for Refusal {}
