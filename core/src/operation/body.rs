//! What an operation takes as its body.

use super::Schema;

/// The body of a request.
///
/// # Specification
///
/// OpenAPI 3.1.1, section 4.8.13.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestBody {
    /// What it is for, in Markdown.
    pub description: Option<String>,
    /// Whether it has to be there.
    pub is_required: bool,
    /// What it may be.
    pub contents: Vec<Content>,
}

/// A body in one media type, or in those that the route takes or gives.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The media type. `None`: those that the route [`Consumes`](crate::Consumes) or
    /// [`Produces`](crate::Produces), or JSON where it does not say.
    pub media_type: Option<String>,
    /// What it may be, as JSON; `None` where nothing is said of it.
    pub schema: Option<Schema>,
}

impl Content {
    /// A body in a media type; `None` for those of the route.
    pub fn new(media_type: Option<&str>, schema: Option<Schema>) -> Self {
        Self {
            media_type: media_type.map(str::to_owned),
            schema,
        }
    }

    /// Whether it tells of the same media type.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.media_type, &other.media_type) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl RequestBody {
    /// A body that has to be there, in the media types of the route.
    pub fn new(schema: impl Into<Schema>) -> Self {
        Self {
            description: None,
            is_required: true,
            contents: vec![Content::new(None, Some(schema.into()))],
        }
    }

    /// A body that has to be there, in a media type of its own; of text and bytes, a schema has nothing
    /// to say.
    pub fn of_type(media_type: &str, schema: Option<Schema>) -> Self {
        Self {
            description: None,
            is_required: true,
            contents: vec![Content::new(Some(media_type), schema)],
        }
    }

    /// Adds another media type.
    #[must_use]
    pub fn or_of_type(mut self, media_type: &str, schema: Option<Schema>) -> Self {
        self.contents.push(Content::new(Some(media_type), schema));
        self
    }

    /// It may be left out.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    /// Sets what it is for, in Markdown.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl From<Schema> for RequestBody {
    fn from(schema: Schema) -> Self {
        Self::new(schema)
    }
}
