//! The fields that routing captured: offsets into the path, or into a decoded copy.

use crate::routing::{Captures, CheckedPath};

/// The captured fields. Nothing is copied unless the path holds an escape.
#[derive(Debug)]
pub(crate) struct Params {
    captures: Captures,
    decoded: Option<Box<Decoded>>,
}

/// All fields decoded, one after another in one text, with where each ends.
#[derive(Debug)]
struct Decoded {
    text: String,
    ends: Vec<usize>,
}

impl Params {
    /// Takes what lookup captured.
    pub(crate) fn new(path: &CheckedPath<'_>, captures: Captures) -> Self {
        let decoded = (path.is_escaped() && captures.len() > 0).then(|| {
            let mut decoded = Decoded {
                text: String::with_capacity(path.as_str().len()),
                ends: Vec::new(),
            };
            for index in 0..captures.len() {
                decoded
                    .text
                    .push_str(&path.decode(captures.get(path.as_str(), index).unwrap_or("")));
                decoded.ends.push(decoded.text.len());
            }
            Box::new(decoded)
        });
        Self { captures, decoded }
    }

    /// Returns one field, decoded.
    pub(crate) fn get<'a>(&'a self, path: &'a str, index: usize) -> Option<&'a str> {
        let Some(decoded) = &self.decoded else {
            return self.captures.get(path, index);
        };
        let start = if index == 0 {
            0
        } else {
            *decoded.ends.get(index - 1)?
        };
        decoded.text.get(start..*decoded.ends.get(index)?)
    }

    /// Returns one capture as it stands in the path.
    pub(crate) fn raw<'a>(&self, path: &'a str, index: usize) -> Option<&'a str> {
        self.captures.get(path, index)
    }
}
