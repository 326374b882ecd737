//! Where keys come from.

use std::path::PathBuf;
use std::time::Duration;

use falcon_core::BoxError;

/// A set of keys as it was fetched.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FetchedKeys {
    /// The JSON Web Key Set.
    pub json: Vec<u8>,
    /// How long it may be kept (`Cache-Control: max-age`); five minutes if that is not known.
    pub max_age: Option<Duration>,
}

impl FetchedKeys {
    /// Makes a set of keys that says nothing of its age.
    pub fn new(json: impl Into<Vec<u8>>) -> Self {
        Self {
            json: json.into(),
            max_age: None,
        }
    }

    /// Says how long it may be kept.
    #[must_use]
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }
}

/// Fetches a set of keys. It is called on a thread of its own, may block, and should give up after some
/// seconds. Every function that returns [`FetchedKeys`] is one.
pub trait KeyFetch: Send + Sync + 'static {
    /// Fetches the keys.
    ///
    /// # Errors
    ///
    /// They cannot be had.
    fn fetch(&self) -> Result<FetchedKeys, BoxError>;
}

impl<F> KeyFetch for F
where
    F: Fn() -> Result<FetchedKeys, BoxError> + Send + Sync + 'static,
{
    fn fetch(&self) -> Result<FetchedKeys, BoxError> {
        self()
    }
}

pub(super) struct File(pub(super) PathBuf);

impl KeyFetch for File {
    fn fetch(&self) -> Result<FetchedKeys, BoxError> {
        let json = std::fs::read(&self.0);
        let json = json.map_err(|why| format!("{}: {why}", self.0.display()))?;
        Ok(FetchedKeys::new(json))
    }
}
