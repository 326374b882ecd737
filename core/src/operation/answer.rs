//! What an operation may answer.

use http::StatusCode;

use super::{Content, Schema};

/// An answer: a status, and what comes with it.
///
/// ```
/// use falcon_core::StatusCode;
/// use falcon_core::operation::{Answer, Schema};
///
/// let created = Answer::new(StatusCode::CREATED)
///     .description("The thing, as it was made.")
///     .header("Location", Schema::new(r#"{"type": "string", "format": "uri-reference"}"#), "Where it is.")
///     .schema(Schema::new(r#"{"type": "object"}"#));
/// ```
///
/// # Specification
///
/// OpenAPI 3.1.1, section 4.8.17.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status; `None` for every one that no other answer tells of.
    pub status: Option<StatusCode>,
    /// What it means, in Markdown.
    pub description: Option<String>,
    /// What may be in its body; nothing is said of it where this is empty.
    pub contents: Vec<Content>,
    /// What may be in its headers.
    pub headers: Vec<AnswerHeader>,
    /// The codes of problems that have this status.
    pub codes: Vec<ProblemCode>,
}

/// A header of an answer.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerHeader {
    /// Its name.
    pub name: String,
    /// What it may be.
    pub schema: Schema,
    /// What it is for, in Markdown.
    pub description: String,
}

/// A problem that has a status: its code, and when it comes.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemCode {
    /// The code, for programs.
    pub code: String,
    /// When it comes, for people.
    pub description: String,
}

impl ProblemCode {
    pub(super) fn new(code: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            description: description.into(),
        }
    }
}

impl Answer {
    /// An answer with a status.
    pub fn new(status: StatusCode) -> Self {
        Self {
            status: Some(status),
            ..Self::others()
        }
    }

    /// Every answer that no other tells of.
    pub fn others() -> Self {
        Self {
            status: None,
            description: None,
            contents: Vec::new(),
            headers: Vec::new(),
            codes: Vec::new(),
        }
    }

    /// Sets what it means, in Markdown.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets what its body is, in the media types of the route.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<Schema>) -> Self {
        self.contents.push(Content::new(None, Some(schema.into())));
        self
    }

    /// Adds a media type of its own.
    #[must_use]
    pub fn of_type(mut self, media_type: &str, schema: Option<Schema>) -> Self {
        self.contents.push(Content::new(Some(media_type), schema));
        self
    }

    /// Adds a header, and what it is for.
    #[must_use]
    pub fn header(
        mut self,
        name: impl Into<String>,
        schema: impl Into<Schema>,
        description: impl Into<String>,
    ) -> Self {
        self.headers.push(AnswerHeader {
            name: name.into(),
            schema: schema.into(),
            description: description.into(),
        });
        self
    }

    pub(super) fn add_code(&mut self, code: ProblemCode) {
        if !self.codes.iter().any(|known| known.code == code.code) {
            self.codes.push(code);
        }
    }

    /// Adds what is said nearer of the same status.
    pub(super) fn add(&mut self, nearer: &Self) {
        if nearer.description.is_some() {
            self.description.clone_from(&nearer.description);
        }
        for content in &nearer.contents {
            match self.contents.iter_mut().find(|c| c.is_same(content)) {
                Some(known) => *known = content.clone(),
                None => self.contents.push(content.clone()),
            }
        }
        for header in &nearer.headers {
            let is_same = |h: &&mut AnswerHeader| h.name.eq_ignore_ascii_case(&header.name);
            match self.headers.iter_mut().find(is_same) {
                Some(known) => *known = header.clone(),
                None => self.headers.push(header.clone()),
            }
        }
        for code in &nearer.codes {
            match self.codes.iter_mut().find(|c| c.code == code.code) {
                Some(known) => *known = code.clone(),
                None => self.codes.push(code.clone()),
            }
        }
    }
}
