//! A document that was written down, to be compared with the one that is.

use std::fmt;
use std::path::PathBuf;

use super::Changes;
use crate::Document;

/// A file with a document: what the API was when somebody last agreed to it.
///
/// It belongs into the repository, so that a change of the API is seen in review, with what it does to
/// clients; a test compares. With the variable `FALCON_UPDATE=1` in its environment, the test writes
/// the file instead.
///
/// ```no_run
/// use falcon_core::App;
/// use falcon_openapi::{OpenApi, Snapshot};
///
/// # fn create_app() -> App { App::new() }
/// # fn description() -> OpenApi { OpenApi::new("Things", "1.0") }
/// #[test]
/// fn the_api_is_what_we_agreed_to() {
///     let service = create_app().freeze().unwrap();
///     let document = description().document(service.routes()).unwrap();
///     Snapshot::at("tests/openapi.json").check(&document).unwrap();
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot(PathBuf);

/// What a test is told where the API is not what was written down.
///
/// **Shape:** opaque. As text, and as a test shows it, it lists the changes, and says what to do.
pub struct Drift {
    file: PathBuf,
    why: Why,
}

enum Why {
    Missing(std::io::Error),
    NoDocument(String),
    Changed(Changes),
}

const UPDATE: &str = "FALCON_UPDATE";

impl Snapshot {
    /// Names the file; the folder of a test is its package's.
    pub fn at(file: impl Into<PathBuf>) -> Self {
        Self(file.into())
    }

    /// Compares a document with the file, or writes it there where `FALCON_UPDATE=1` says so.
    ///
    /// # Errors
    ///
    /// The file is missing, is no document, or is another one; the error says how, and what breaks clients.
    pub fn check(&self, document: &Document) -> Result<(), Drift> {
        let wants_update = std::env::var_os(UPDATE).is_some_and(|value| value == "1");
        if wants_update {
            let text = document.to_json();
            return std::fs::write(&self.0, text).map_err(|error| self.drift(Why::Missing(error)));
        }
        let text =
            std::fs::read_to_string(&self.0).map_err(|error| self.drift(Why::Missing(error)))?;
        let old = Document::parse(&text);
        let old = old.map_err(|error| self.drift(Why::NoDocument(error.to_string())))?;
        let changes = document.changes_since(&old);
        if changes.is_empty() {
            return Ok(());
        }
        Err(self.drift(Why::Changed(changes)))
    }

    fn drift(&self, why: Why) -> Drift {
        Drift {
            file: self.0.clone(),
            why,
        }
    }
}

impl Drift {
    /// Returns what is different, where that is what is wrong.
    pub fn changes(&self) -> Option<&Changes> {
        match &self.why {
            Why::Changed(changes) => Some(changes),
            Why::Missing(_) | Why::NoDocument(_) => None,
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        let agree = format!("run the test with {UPDATE}=1, and commit {file}");
        match &self.why {
            Why::Missing(error) => {
                write!(
                    f,
                    "{file} cannot be used: {error}. To write the document there, {agree}."
                )
            }
            Why::NoDocument(error) => {
                write!(f, "{file} is no document: {error}. To replace it, {agree}.")
            }
            Why::Changed(changes) => {
                let verdict = if changes.break_clients() {
                    "THIS BREAKS CLIENTS"
                } else {
                    "no client breaks for certain"
                };
                write!(
                    f,
                    "the API is not what {file} has it to be ({verdict}):\n\n{changes}\n\nIf that is meant, {agree}."
                )
            }
        }
    }
}

/// As a test shows it that unwraps it.
impl fmt::Debug for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n\n{self}\n")
    }
}

impl std::error::Error for Drift {}
