//! What cannot be built.

use std::fmt;

/// All that is wrong with an authenticator or with what it knows, each in a sentence; found when it is
/// built. It holds no part of a key or a password.
#[derive(Clone, Debug)]
pub struct BuildError {
    what: &'static str,
    faults: Vec<String>,
}

impl BuildError {
    pub(crate) fn new(what: &'static str, faults: Vec<String>) -> Self {
        Self { what, faults }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.faults.join("; "))
    }
}

impl std::error::Error for BuildError {}
