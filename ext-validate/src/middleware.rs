//! The middleware: what routes declare, held to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use falcon_core::header::MediaType;
use falcon_core::operation::{Describer, Operation, Schema};
use falcon_core::{
    AppInfo, BoxError, Method, Middleware, Phases, Request, Response, Result, Route, Setup,
    SetupError, StatusCode,
};
use serde_json::Value;

use crate::compiled::Compiler;
use crate::content::Reader;
use crate::dialect::{Dialect, Fault};
use crate::plan::{Plan, Planner};
use crate::response::{self, InvalidResponse, Responses, Sample};

/// Holds requests, and responses if it shall, to the [`Operation`]s that routes declare, as the middleware
/// of an app or of a group.
///
/// Parameters are looked at first, then the body. A body with a schema is read, and is there for the
/// responder as [`valid_media`](crate::ValidRequest::valid_media) and, unread, for everybody else. A body in a media
/// type without a schema is left alone. Of two around the same route, the inner one alone counts.
///
/// Schemas are compiled when the app is frozen, each of them once. They refer to themselves and to
/// [`document`](Self::document)s; nothing is ever fetched.
///
/// # Errors
///
/// - 400, code `invalid_parameters`, with everything that is wrong in `errors`.
/// - 400, code `body_empty`, `json_malformed`, `json_duplicate_member`, `json_too_deep`, `form_malformed` or
///   `media_malformed`: there is no value to look at.
/// - 413 and 400 of [`Request::read_body`].
/// - 415, code `media_type_unsupported` or `content_encoding_unsupported`.
/// - 422, code `validation_failed`, with everything that is wrong in `errors`.
/// - 500, without more, for a response, where [`enforce_responses`](Self::enforce_responses) is on.
#[derive(Debug)]
pub struct Validation {
    dialect: Dialect,
    readers: Vec<Reader>,
    responses: Responses,
    sample: Sample,
    most_errors: usize,
    refuse_unknown: bool,
    refused: Vec<String>,
    id: usize,
    /// By the number of the route.
    plans: Vec<Vec<(Method, Plan)>>,
}

/// Metadata that tells which of several is the one that counts.
struct Validated(usize);

impl Default for Validation {
    fn default() -> Self {
        Self::new()
    }
}

impl Validation {
    /// Holds requests to what is declared, and lets responses be.
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        Self {
            dialect: Dialect::default(),
            readers: Vec::new(),
            responses: Responses::Off,
            sample: Sample::default(),
            most_errors: 50,
            refuse_unknown: false,
            refused: Vec::new(),
            id: COUNT.fetch_add(1, Ordering::Relaxed),
            plans: Vec::new(),
        }
    }

    /// Adds a `format` of your own, or one in the place of a standard one.
    ///
    /// The standard ones are checked, whatever the draft; one that nobody knows is refused when the app is
    /// frozen.
    #[must_use]
    pub fn format(
        mut self,
        name: impl Into<String>,
        is_one: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.dialect.formats.push((name.into(), Arc::new(is_one)));
        self
    }

    /// Adds a keyword of your own. `make` gets what the schema has for it, and makes the rule, or says
    /// what is wrong with it.
    ///
    /// ```
    /// use falcon_validate::Validation;
    /// use serde_json::Value;
    ///
    /// let validation = Validation::new().keyword("even", |wanted: &Value| {
    ///     let wanted = wanted.as_bool().ok_or("`even` is true or false")?;
    ///     Ok(move |value: &Value| value.as_i64().is_none_or(|n| (n % 2 == 0) == wanted))
    /// });
    /// ```
    #[must_use]
    pub fn keyword<R>(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&Value) -> Result<R, String> + Send + Sync + 'static,
    ) -> Self
    where
        R: Fn(&Value) -> bool + Send + Sync + 'static,
    {
        let make = move |value: &Value| {
            let rule: crate::dialect::Rule = Box::new(make(value)?);
            Ok(rule)
        };
        self.dialect.keywords.push((name.into(), Arc::new(make)));
        self
    }

    /// Adds a document that `$ref` finds by its URI.
    #[must_use]
    pub fn document(mut self, uri: impl Into<String>, document: impl Into<Schema>) -> Self {
        let (uri, document) = (uri.into(), document.into());
        match serde_json::from_str(document.as_str()) {
            Ok(value) => self.dialect.documents.push((uri, value)),
            Err(error) => self
                .refused
                .push(format!("the document `{uri}` is no JSON: {error}")),
        }
        self
    }

    /// Takes patterns with look-around and back-references too, which may take more than linear
    /// time; one that takes too long counts as one that does not match.
    #[must_use]
    pub fn backtracking(mut self) -> Self {
        self.dialect.backtracking = true;
        self
    }

    /// Reads bodies of another media type, as what would have been written in JSON.
    ///
    /// ```
    /// use falcon_validate::Validation;
    ///
    /// let validation = Validation::new().reader("application/x-one", |_body| {
    ///     Ok::<_, std::fmt::Error>(serde_json::json!(1))
    /// });
    /// ```
    #[must_use]
    pub fn reader<E: Into<BoxError>>(
        mut self,
        media_type: impl Into<String>,
        read: impl Fn(&[u8]) -> Result<Value, E> + Send + Sync + 'static,
    ) -> Self {
        let media_type = media_type.into();
        if MediaType::parse(&media_type).is_none() {
            let why = format!("there is a reader for `{media_type}`, which is no media type");
            self.refused.push(why);
        }
        self.readers.push(Reader {
            media_type,
            read: Arc::new(move |body| read(body).map_err(Into::into)),
        });
        self
    }

    /// Sets how many errors an answer lists; 50 unless set.
    #[must_use]
    pub fn max_errors(mut self, most: usize) -> Self {
        self.most_errors = most.max(1);
        self
    }

    /// Refuses parameters of the query that a method does not declare, on all routes. They are passed over
    /// otherwise.
    #[must_use]
    pub fn refuse_unknown_parameters(mut self) -> Self {
        self.refuse_unknown = true;
        self
    }

    /// Holds responses to what is declared, and answers 500 in the place of one that is not so. For
    /// tests and for staging: it parses every response that is not a stream.
    #[must_use]
    pub fn enforce_responses(mut self) -> Self {
        self.responses = Responses::Enforce;
        self
    }

    /// Holds responses to what is declared, and tells of those that are not so; they are sent all the same.
    #[must_use]
    pub fn observe_responses(
        mut self,
        observer: impl Fn(&InvalidResponse) + Send + Sync + 'static,
    ) -> Self {
        self.responses = Responses::Observe(Arc::new(observer));
        self
    }

    /// Looks at one response in so many; at each unless set.
    #[must_use]
    pub fn sample_responses(mut self, one_in: u32) -> Self {
        self.sample.one_in = one_in.max(1);
        self
    }

    fn planner(&self) -> Result<Planner<'_>, SetupError> {
        let compiler = Compiler::new(&self.dialect).map_err(|Fault { why, .. }| {
            SetupError::new(format!(
                "a document that schemas may refer to is wrong: {why}"
            ))
        })?;
        let mut faults = Vec::new();
        for (uri, document) in &self.dialect.documents {
            if let Err(Fault { pointer, why }) = compiler.check(uri, document) {
                let why = format!("the document `{uri}` is wrong at `{pointer}`: {why}");
                faults.push(why);
            }
        }
        Ok(Planner {
            compiler,
            readers: &self.readers,
            with_answers: !matches!(self.responses, Responses::Off),
            refuse_unknown: self.refuse_unknown,
            faults,
        })
    }

    fn plan(&self, req: &Request) -> Option<&Plan> {
        let plans = self.plans.get(req.route()?.index())?;
        let own = plans.iter().find(|(method, _)| method == req.method());
        let any = || plans.iter().find(|(method, _)| is_any(method));
        own.or_else(any).map(|(_, plan)| plan)
    }
}

/// A method that nobody has a word for, of which is said what is said of all.
fn any() -> Option<Method> {
    Method::from_bytes(b"ANY").ok()
}

fn is_any(method: &Method) -> bool {
    method.as_str() == "ANY"
}

/// The methods that a route answers; where it answers any, those that something is said of, and one for
/// all others. What is said of GET is said of HEAD.
fn methods_of(route: &Route) -> Vec<Method> {
    let mut methods = route.methods().to_vec();
    if route.answers_any_method() {
        let told = route.metadata().filter_map(|(method, _)| method.cloned());
        methods.extend(told);
        if methods.contains(&Method::GET) {
            methods.push(Method::HEAD);
        }
        methods.extend(any());
    }
    let mut different = Vec::new();
    for method in methods {
        if !different.contains(&method) {
            different.push(method);
        }
    }
    different
}

impl Middleware for Validation {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        app.add_metadata(Validated(self.id));
        let id = self.id;
        app.add_metadata(Describer::new(
            move |route: &Route, method: &Method, operation: &mut Operation| {
                if counts(id, route, method) {
                    describe(operation);
                }
            },
        ));
        Ok(())
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let mut planner = self.planner()?;
        let mut plans = Vec::new();
        for route in app.routes() {
            for method in methods_of(route) {
                if !counts(self.id, route, &method) {
                    continue;
                }
                let plan = planner.plan(route, &method);
                if plan.is_empty() {
                    continue;
                }
                if plans.len() <= route.index() {
                    plans.resize_with(route.index() + 1, Vec::new);
                }
                if let Some(of_route) = plans.get_mut(route.index()) {
                    of_route.push((method, plan));
                }
            }
        }
        let mut refused = self.refused.clone();
        refused.extend(planner.faults);
        self.plans = plans;
        SetupError::all(refused.into_iter().map(|why| Err(SetupError::new(why))))
    }

    async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let Some(plan) = self.plan(req) else {
            return Ok(());
        };
        if let Some(parameters) = &plan.parameters {
            parameters.check(req, self.most_errors)?;
        }
        if let Some(body) = &plan.body {
            body.check(req, self.most_errors).await?;
        }
        Ok(())
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        match self.plan(req) {
            Some(plan) => response::check(plan, &self.responses, &self.sample, req, resp),
            None => Ok(()),
        }
    }

    fn phases(&self) -> Phases {
        let mut phases = Phases::default();
        let mut plans = self.plans.iter().flatten();
        phases.resource = plans.any(|(_, plan)| plan.parameters.is_some() || plan.body.is_some());
        phases.response = !matches!(self.responses, Responses::Off);
        phases
    }
}

fn counts(id: usize, route: &Route, method: &Method) -> bool {
    let in_force = route.meta_for::<Validated>(method);
    in_force.is_none_or(|in_force| in_force.0 == id)
}

/// Tells of the problems that it answers.
fn describe(operation: &mut Operation) {
    if operation
        .parameters
        .iter()
        .any(|parameter| !parameter.is_from_template)
    {
        let why = "A parameter is missing, or is not what it has to be.";
        operation.add_problem(StatusCode::BAD_REQUEST, "invalid_parameters", why);
    }
    let body = operation.body.clone();
    let Some(body) = body.filter(|body| body.contents.iter().any(|c| c.schema.is_some())) else {
        return;
    };
    if body.is_required {
        let why = "There is no body.";
        operation.add_problem(StatusCode::BAD_REQUEST, "body_empty", why);
    }
    let told = [
        (
            StatusCode::BAD_REQUEST,
            "json_malformed",
            "The body is no JSON.",
        ),
        (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media_type_unsupported",
            "The body is of a type that is not taken.",
        ),
        (
            StatusCode::PAYLOAD_TOO_LARGE,
            "content_too_large",
            "The body is too long.",
        ),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation_failed",
            "The body is not what it has to be; `errors` says where, and what would be right.",
        ),
    ];
    for (status, code, why) in told {
        operation.add_problem(status, code, why);
    }
}
