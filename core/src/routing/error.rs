//! What is wrong with a route.

use std::fmt;
use std::ops::Range;
use std::panic::Location;

/// What is wrong with one route: the template, the place in it, what to do, and where it was added.
#[derive(Clone, Debug)]
pub struct RouteError {
    template: String,
    fault: Fault,
    added_at: &'static Location<'static>,
}

/// What is wrong with a template, and where in it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) at: Range<usize>,
    pub(crate) what: String,
    pub(crate) help: Option<String>,
}

impl Fault {
    pub(crate) fn new(at: Range<usize>, what: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl RouteError {
    pub(crate) fn new(template: &str, fault: Fault, added_at: &'static Location<'static>) -> Self {
        Self {
            template: template.to_owned(),
            fault,
            added_at,
        }
    }

    /// Returns the template.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Returns the place in the template that is meant, in bytes.
    pub fn place(&self) -> Range<usize> {
        self.fault.at.clone()
    }

    /// Returns the place in the source where the route was added.
    pub fn added_at(&self) -> &'static Location<'static> {
        self.added_at
    }
}

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |range: Range<usize>| {
            self.template
                .get(range)
                .map_or(0, |text| text.chars().count())
        };
        let Range { start, end } = self.fault.at.clone();
        writeln!(f, "{}", self.fault.what)?;
        writeln!(f, "    {}", self.template)?;
        writeln!(
            f,
            "    {:indent$}{}",
            "",
            "^".repeat(width(start..end).max(1)),
            indent = width(0..start)
        )?;
        if let Some(help) = &self.fault.help {
            writeln!(f, "  help: {help}")?;
        }
        write!(f, "  added at {}", self.added_at)
    }
}

impl std::error::Error for RouteError {}
