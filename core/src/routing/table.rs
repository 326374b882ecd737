//! All that lookup goes through: routes, then what takes the rest.

use super::tree::Tree;
use super::{Captures, CheckedPath, Kind};
use crate::request::Params;

/// The routes of an app, by how they are found.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) routes: Tree,
    /// Mounts, sinks, and resources below a prefix.
    pub(crate) prefixes: Tree,
    #[cfg(feature = "regex")]
    pub(crate) patterns: super::Patterns,
    /// Whether patterns are tried before prefixes.
    pub(crate) patterns_first: bool,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            routes: Tree::default(),
            prefixes: Tree::default(),
            #[cfg(feature = "regex")]
            patterns: super::Patterns::default(),
            patterns_first: true,
        }
    }
}

impl Table {
    /// Finds the route of a path, and what its fields are.
    pub(crate) fn find(&self, path: &CheckedPath<'_>) -> Option<(usize, Params)> {
        let mut captures = Captures::default();
        if let Some(index) = self.routes.find(path, &mut captures) {
            return Some((index, Params::new(path, captures)));
        }
        let (first, second) = if self.patterns_first {
            (Kind::Pattern, Kind::Prefix)
        } else {
            (Kind::Prefix, Kind::Pattern)
        };
        self.find_rest(first, path)
            .or_else(|| self.find_rest(second, path))
    }

    fn find_rest(&self, kind: Kind, path: &CheckedPath<'_>) -> Option<(usize, Params)> {
        match kind {
            Kind::Prefix if !self.prefixes.is_empty() => {
                let mut captures = Captures::default();
                let index = self.prefixes.find(path, &mut captures)?;
                Some((index, Params::new(path, captures)))
            }
            #[cfg(feature = "regex")]
            Kind::Pattern => self.patterns.find(path),
            _ => None,
        }
    }
}
