//! Sinks whose prefix is a regular expression.

use regex_lite::Regex;

use super::{CheckedPath, Fault, Field};
use crate::request::Params;

/// The patterns of an app; the one added last is tried first.
#[derive(Debug, Default)]
pub(crate) struct Patterns(Vec<(Regex, usize)>);

impl Patterns {
    /// Adds a pattern, and returns its named groups as fields.
    pub(crate) fn insert(&mut self, pattern: &str, route: usize) -> Result<Vec<Field>, Fault> {
        let regex = Regex::new(&format!("^(?:{pattern})")).map_err(|error| {
            Fault::new(
                0..pattern.len(),
                format!("this is no regular expression: {error}"),
            )
        })?;
        let names = regex.capture_names().flatten();
        let fields = names
            .map(|name| Field::new(name.to_owned(), None))
            .collect();
        self.0.push((regex, route));
        Ok(fields)
    }

    /// Finds the route whose pattern matches the beginning of the decoded path.
    pub(crate) fn find(&self, path: &CheckedPath<'_>) -> Option<(usize, Params)> {
        if self.0.is_empty() {
            return None;
        }
        let decoded = path.decode(path.as_str());
        self.0.iter().rev().find_map(|(regex, route)| {
            let captures = regex.captures(&decoded)?;
            let names = regex.capture_names().flatten();
            let groups = names.map(|name| captures.name(name).map(|group| group.as_str()));
            Some((*route, Params::of_groups(groups)))
        })
    }
}
