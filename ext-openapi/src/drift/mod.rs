//! What has become of a document since it was written down, and whom that breaks.

mod compare;
mod schema;
mod snapshot;

use std::fmt;

pub use self::snapshot::{Drift, Snapshot};
use crate::Document;

/// What is different between two documents; made by [`Document::changes_since`].
///
/// Shown as text, it is a list for people, with what breaks clients first.
#[derive(Clone, Debug, Default)]
pub struct Changes(Vec<Change>);

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    place: String,
    what: String,
    impact: Impact,
}

/// What a change does to clients that were written against the older document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Impact {
    /// Some that were right are wrong now.
    Breaks,
    /// It depends on what they made of it.
    MayBreak,
    /// They need not know.
    Safe,
}

impl Change {
    /// Returns where it is: the operation, and the part of it.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns what is different, in a sentence.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Returns what it does to clients.
    pub fn impact(&self) -> Impact {
        self.impact
    }
}

impl Changes {
    /// Returns all of them, what breaks clients first.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter()
    }

    /// Tells whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether a client breaks.
    pub fn break_clients(&self) -> bool {
        self.0.iter().any(|change| change.impact == Impact::Breaks)
    }

    fn add(&mut self, place: impl Into<String>, what: impl Into<String>, impact: Impact) {
        let change = Change {
            place: place.into(),
            what: what.into(),
            impact,
        };
        if !self.0.contains(&change) {
            self.0.push(change);
        }
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, change) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            let impact = match change.impact {
                Impact::Breaks => "BREAKS",
                Impact::MayBreak => "may break",
                Impact::Safe => "safe",
            };
            write!(f, "  {impact:<9}  {}: {}", change.place, change.what)?;
        }
        Ok(())
    }
}

impl Document {
    /// Compares it with an older one, and tells of every change whether it breaks clients.
    ///
    /// What a client sends may be wanted in fewer ways than before, and what it gets may come in more ways: either
    /// breaks it. New members of answers do not, nor do new errors; a new value where there are a
    /// few may.
    ///
    /// ```
    /// use falcon_openapi::Document;
    ///
    /// let old = Document::parse(r#"{"openapi": "3.1.1", "info": {"title": "a", "version": "1"}, "paths": {"/a": {"get": {}}}}"#)?;
    /// let new = Document::parse(r#"{"openapi": "3.1.1", "info": {"title": "a", "version": "1"}, "paths": {}}"#)?;
    /// let changes = new.changes_since(&old);
    /// assert!(changes.break_clients());
    /// assert_eq!(changes.to_string(), "  BREAKS     GET /a: it is gone");
    /// # Ok::<(), falcon_openapi::DocumentError>(())
    /// ```
    pub fn changes_since(&self, old: &Self) -> Changes {
        let mut changes = Changes::default();
        compare::documents(old.as_value(), self.as_value(), &mut changes);
        changes.0.sort_by_key(|change| change.impact);
        changes
    }
}
