//! What a method of a route takes and gives, said where everybody can read it.

mod answer;
mod body;
mod describer;
mod parameter;
mod schema;
mod security;

use http::StatusCode;

pub use self::answer::{Answer, AnswerHeader, ProblemCode};
pub use self::body::{Content, RequestBody};
pub use self::describer::Describer;
pub use self::parameter::{Parameter, Place, Style};
pub use self::schema::Schema;
pub use self::security::{Security, SecurityKind, SecurityScheme};

use crate::Metadata;
use crate::routing::{Fault, Field};

/// As metadata: what a method of a route takes and gives, for people and for programs.
///
/// It says so, and does nothing by itself: `falcon-validate` holds requests and responses to it,
/// `falcon-openapi` describes the API with it.
///
/// Of all that applies to a method, everything counts: the nearest text, and every parameter and
/// answer that anybody tells of, the nearer in place of the farther where both tell of the same one.
/// So a group may say what all of its routes have in common. What comes of it is read with
/// [`Route::operation`](crate::Route::operation).
///
/// **Shape:** the fields are open, for whoever reads it; more may come.
///
/// # Examples
///
/// ```
/// use falcon_core::operation::{Answer, Operation, Parameter, Schema};
/// use falcon_core::{App, Method, Request, Resource, Response, Result, StatusCode};
///
/// # struct Things;
/// # impl Resource for Things {
/// #     async fn on_get(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
/// #     async fn on_post(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
/// # }
/// let thing = Schema::new(r#"{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}"#)
///     .named("Thing");
/// let limit = Schema::new(r#"{"type": "integer", "minimum": 1, "maximum": 200}"#);
///
/// let mut app = App::new();
/// app.add_route("/things", Things)
///     .with(Operation::new().tag("things"))
///     .with_for(
///         Method::GET,
///         Operation::doc("Lists things.").parameter(Parameter::query("limit", limit)),
///     )
///     .with_for(
///         Method::POST,
///         Operation::doc("Makes a thing.\n\nIts name has to be new.")
///             .body(thing.clone())
///             .answer(Answer::new(StatusCode::CREATED).schema(thing))
///             .problem(StatusCode::CONFLICT, "thing_exists", "There is a thing of this name."),
///     );
/// ```
///
/// # Specification
///
/// OpenAPI 3.1.1, section 4.8.10.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// A name for programs, one of its kind in the app.
    pub id: Option<String>,
    /// A line for people.
    pub summary: Option<String>,
    /// More for people, in Markdown.
    pub description: Option<String>,
    /// What it belongs to.
    pub tags: Vec<String>,
    /// What it takes beside the body.
    pub parameters: Vec<Parameter>,
    /// What it takes as the body.
    pub body: Option<RequestBody>,
    /// What it may answer.
    pub answers: Vec<Answer>,
    /// Who may call it, any one of these; nobody said where it is `None`.
    pub security: Option<Vec<Security>>,
    /// Whether descriptions leave it out.
    pub is_hidden: Option<bool>,
}

impl Operation {
    /// Says nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a text such as a documentation comment: the first paragraph is the summary, the rest
    /// the description.
    pub fn doc(text: &str) -> Self {
        let lines = without_indent(text);
        let lines = lines.iter().skip_while(|line| line.is_empty());
        let lines: Vec<&str> = lines.copied().collect();
        let (first, rest) = lines.split_at(
            lines
                .iter()
                .position(|line| line.is_empty())
                .unwrap_or(lines.len()),
        );
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            summary: said(first.join(" ")),
            description: said(rest.join("\n").trim().to_owned()),
            ..Self::default()
        }
    }

    /// Sets the name for programs.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the line for people.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into());
        self
    }

    /// Sets the text for people, in Markdown.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Adds what it belongs to.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Sets the body: a [`Schema`] for one that is required, or a [`RequestBody`].
    #[must_use]
    pub fn body(mut self, body: impl Into<RequestBody>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Adds an answer.
    #[must_use]
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// Adds a problem that it may answer, with its code and a sentence that says when.
    #[must_use]
    pub fn problem(
        mut self,
        status: StatusCode,
        code: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        self.add_problem(status, code, description);
        self
    }

    /// Adds a problem, for a [`Describer`]; one that is told of already stays as it is.
    pub fn add_problem(
        &mut self,
        status: StatusCode,
        code: impl Into<String>,
        description: impl Into<String>,
    ) {
        let code = ProblemCode::new(code, description);
        if let Some(answer) = self.answers.iter_mut().find(|a| a.status == Some(status)) {
            answer.add_code(code);
            return;
        }
        let mut answer = Answer::new(status);
        answer.add_code(code);
        self.answers.push(answer);
    }

    /// Sets who may call it: any one of several.
    #[must_use]
    pub fn security(mut self, any_of: impl IntoIterator<Item = Security>) -> Self {
        self.security = Some(any_of.into_iter().collect());
        self
    }

    /// Has descriptions leave it out.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.is_hidden = Some(true);
        self
    }

    /// Adds what another says, in place of what this one does where both tell of the same thing; for a
    /// [`Describer`].
    pub fn extend(&mut self, nearer: &Self) {
        replace(&mut self.id, nearer.id.as_ref());
        replace(&mut self.summary, nearer.summary.as_ref());
        replace(&mut self.description, nearer.description.as_ref());
        replace(&mut self.body, nearer.body.as_ref());
        replace(&mut self.security, nearer.security.as_ref());
        replace(&mut self.is_hidden, nearer.is_hidden.as_ref());
        for tag in &nearer.tags {
            if !self.tags.contains(tag) {
                self.tags.push(tag.clone());
            }
        }
        for parameter in &nearer.parameters {
            let known = self.parameters.iter_mut().find(|p| p.is_same(parameter));
            match known {
                Some(known) => *known = parameter.clone(),
                None => self.parameters.push(parameter.clone()),
            }
        }
        for answer in &nearer.answers {
            match self.answers.iter_mut().find(|a| a.status == answer.status) {
                Some(known) => known.add(answer),
                None => self.answers.push(answer.clone()),
            }
        }
    }

    /// Adds the fields of the template that nobody said anything of, and what they may lead to.
    pub(crate) fn add_fields(&mut self, fields: &[Field]) {
        if !fields.is_empty() {
            let why = "The path is not well-formed.";
            self.add_problem(StatusCode::BAD_REQUEST, "invalid_path", why);
        }
        if fields.iter().any(|field| field.converter().is_some()) {
            let why = "A field of the path is none that is taken.";
            self.add_problem(StatusCode::NOT_FOUND, "not_found", why);
        }
        for field in fields {
            let is_told = |p: &Parameter| p.place == Place::Path && p.name == field.name();
            if !self.parameters.iter().any(is_told) {
                let schema = field.schema();
                let schema = schema.unwrap_or_else(|| Schema::new(r#"{"type":"string"}"#));
                self.parameters
                    .push(Parameter::of_field(field.name(), schema));
            }
        }
    }
}

/// The lines of a text, without the blanks that all of them begin with; the first one stands behind a
/// quotation mark.
fn without_indent(text: &str) -> Vec<&str> {
    let is_blank = |line: &str| line.trim().is_empty();
    let indents = text.lines().skip(1).filter(|line| !is_blank(line));
    let indent = indents
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let lines = text.lines().enumerate().map(|(i, line)| match i {
        0 => line.trim(),
        _ if is_blank(line) => "",
        _ => line.get(indent.unwrap_or(0)..).unwrap_or(line).trim_end(),
    });
    lines.collect()
}

fn replace<T: Clone>(farther: &mut Option<T>, nearer: Option<&T>) {
    if let Some(nearer) = nearer {
        *farther = Some(nearer.clone());
    }
}

/// What is wrong with what is said of a route.
pub(crate) fn check(meta: &Metadata, fields: &[Field], template: &str) -> Result<(), Fault> {
    let operations = meta.all::<Operation>();
    let parameters = operations.flat_map(|operation| &operation.parameters);
    for parameter in parameters.filter(|p| p.place == Place::Path) {
        if !fields.iter().any(|field| field.name() == parameter.name) {
            let what = format!("the template has no field `{}`", parameter.name);
            let names: Vec<&str> = fields.iter().map(Field::name).collect();
            let help = match names.as_slice() {
                [] => "`Parameter::path` tells of a field, and there is none".to_owned(),
                names => format!("`Parameter::path` tells of one of: {}", names.join(", ")),
            };
            return Err(Fault::new(0..template.len(), what).help(help));
        }
    }
    Ok(())
}
