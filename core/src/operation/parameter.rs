//! What an operation takes beside the body.

use super::Schema;

/// A parameter: where it stands, what it is called, and what it may be.
///
/// ```
/// use falcon_core::operation::{Parameter, Schema};
///
/// let limit = Schema::new(r#"{"type": "integer", "minimum": 1, "maximum": 200}"#);
/// let limit = Parameter::query("limit", limit).description("How many at most. 50 if left out.");
/// assert!(!limit.is_required);
/// ```
///
/// # Specification
///
/// OpenAPI 3.1.1, section 4.8.12.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// What it is called: with case, but for headers.
    pub name: String,
    /// What it may be.
    pub schema: Schema,
    /// Whether it has to be there. Fields of the path always are.
    pub is_required: bool,
    /// How several values are written.
    pub style: Style,
    /// What it is for, in Markdown.
    pub description: Option<String>,
    /// Whether it should not be used any more.
    pub is_deprecated: bool,
    /// Whether it is no more than a field of the template, which the converter has taken.
    pub is_from_template: bool,
}

/// Where a parameter stands.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the query.
    Query,
    /// In the path: a field of the template.
    Path,
    /// In a header.
    Header,
    /// In a cookie.
    Cookie,
}

impl Place {
    /// Returns its name in OpenAPI: `query`, `path`, `header`, `cookie`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Path => "path",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// How a parameter of several values is written, where the schema has a list or an object.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// `id=1&id=2` in a query; by commas everywhere else, which have no other.
    #[default]
    Repeated,
    /// `id=1,2`: one value of the query, with commas.
    Commas,
    /// `id=1%202`: with blanks.
    Spaces,
    /// `id=1|2`: with bars.
    Pipes,
    /// `filter[name]=a&filter[age]=3`: an object.
    Members,
}

impl Parameter {
    fn new(place: Place, name: impl Into<String>, schema: impl Into<Schema>) -> Self {
        Self {
            place,
            name: name.into(),
            schema: schema.into(),
            is_required: place == Place::Path,
            style: Style::Repeated,
            description: None,
            is_deprecated: false,
            is_from_template: false,
        }
    }

    /// A parameter of the query, which may be left out.
    pub fn query(name: impl Into<String>, schema: impl Into<Schema>) -> Self {
        Self::new(Place::Query, name, schema)
    }

    /// A field of the template.
    pub fn path(name: impl Into<String>, schema: impl Into<Schema>) -> Self {
        Self::new(Place::Path, name, schema)
    }

    /// A header, which may be left out.
    pub fn header(name: impl Into<String>, schema: impl Into<Schema>) -> Self {
        Self::new(Place::Header, name, schema)
    }

    /// A cookie, which may be left out.
    pub fn cookie(name: impl Into<String>, schema: impl Into<Schema>) -> Self {
        Self::new(Place::Cookie, name, schema)
    }

    /// It has to be there.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Sets how several values are written.
    #[must_use]
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Sets what it is for, in Markdown.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// It should not be used any more.
    #[must_use]
    pub fn deprecated(mut self) -> Self {
        self.is_deprecated = true;
        self
    }

    /// A field that nobody said more of.
    pub(super) fn of_field(name: &str, schema: Schema) -> Self {
        Self {
            is_from_template: true,
            ..Self::path(name, schema)
        }
    }

    /// Whether both tell of the same parameter.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.place == other.place
            && match self.place {
                Place::Header => self.name.eq_ignore_ascii_case(&other.name),
                _ => self.name == other.name,
            }
    }
}
