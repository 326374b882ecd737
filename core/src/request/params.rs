//! The fields that routing captured: offsets into the path, or texts of their own.

use crate::routing::{Captures, CheckedPath};

/// The captured fields. Nothing is copied unless the path holds an escape or a field is changed.
#[derive(Debug)]
pub(crate) struct Params {
    captures: Captures,
    own: Option<Box<Own>>,
}

/// All fields in one text, with where each stands; `None` for a group that took no part.
#[derive(Debug, Default)]
struct Own {
    text: String,
    spans: Vec<Option<(usize, usize)>>,
}

impl Own {
    fn of<T: AsRef<str>>(fields: impl Iterator<Item = Option<T>>) -> Self {
        let mut own = Self::default();
        for field in fields {
            let span = field.map(|text| own.add(text.as_ref()));
            own.spans.push(span);
        }
        own
    }

    #[cold]
    fn decoded(path: &CheckedPath<'_>, captures: &Captures) -> Self {
        let fields = (0..captures.len()).map(|index| captures.get(path.as_str(), index));
        let decoded = fields.map(|field| field.map(|text| path.decode(text)));
        Self::of(decoded)
    }

    fn add(&mut self, text: &str) -> (usize, usize) {
        let start = self.text.len();
        self.text.push_str(text);
        (start, self.text.len())
    }
}

impl Params {
    /// Takes what lookup captured.
    #[inline]
    pub(crate) fn new(path: &CheckedPath<'_>, captures: Captures) -> Self {
        let has_own = path.is_escaped() && captures.len() > 0;
        let own = has_own.then(|| Box::new(Own::decoded(path, &captures)));
        Self { captures, own }
    }

    /// Takes the groups of a pattern, decoded as they are.
    #[cfg(feature = "regex")]
    pub(crate) fn of_groups<T: AsRef<str>>(groups: impl Iterator<Item = Option<T>>) -> Self {
        Self {
            captures: Captures::default(),
            own: Some(Box::new(Own::of(groups))),
        }
    }

    /// Returns one field, decoded.
    pub(crate) fn get<'a>(&'a self, path: &'a str, index: usize) -> Option<&'a str> {
        match &self.own {
            None => self.captures.get(path, index),
            Some(own) => {
                let (start, end) = (*own.spans.get(index)?)?;
                own.text.get(start..end)
            }
        }
    }

    /// Puts a text in the place of a field.
    pub(crate) fn set(&mut self, path: &str, index: usize, text: &str) {
        if self.own.is_none() {
            let fields = (0..self.captures.len()).map(|field| self.captures.get(path, field));
            self.own = Some(Box::new(Own::of(fields)));
        }
        if let Some(own) = &mut self.own {
            let span = own.add(text);
            if let Some(field) = own.spans.get_mut(index) {
                *field = Some(span);
            }
        }
    }

    /// Returns one capture as it stands in the path.
    pub(crate) fn raw<'a>(&self, path: &'a str, index: usize) -> Option<&'a str> {
        self.captures.get(path, index)
    }
}
