//! Responses, held to what routes declare.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use falcon_core::header::{CONTENT_TYPE, MediaType};
use falcon_core::{HttpError, Method, Request, Response, Result, StatusCode};

use crate::explain::Violation;
use crate::plan::{AnswerPlan, Plan};

/// What becomes of responses that are not as declared.
#[derive(Clone, Default)]
pub(crate) enum Responses {
    #[default]
    Off,
    Observe(Arc<Observer>),
    Enforce,
}

type Observer = dyn Fn(&InvalidResponse) + Send + Sync;

impl fmt::Debug for Responses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Observe(_) => "observe",
            Self::Enforce => "enforce",
        })
    }
}

/// One of so many, counted.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) one_in: u32,
    seen: AtomicU32,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            one_in: 1,
            seen: AtomicU32::new(0),
        }
    }
}

impl Sample {
    fn takes_this(&self) -> bool {
        self.one_in <= 1
            || self
                .seen
                .fetch_add(1, Ordering::Relaxed)
                .is_multiple_of(self.one_in)
    }
}

/// A response that is not what its route declares.
///
/// **Shape:** opaque, so that it can grow. As an error it says everything that is wrong, with no value of
/// the response in it.
#[derive(Debug)]
pub struct InvalidResponse {
    method: Method,
    template: String,
    status: StatusCode,
    violations: Vec<Violation>,
}

impl InvalidResponse {
    /// Returns the method of the request.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the template of the route.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns what is wrong: a JSON Pointer into the body, and a sentence.
    pub fn errors(&self) -> impl Iterator<Item = (&str, &str)> {
        let violations = self.violations.iter();
        violations.map(|one| (one.pointer.as_str(), one.sentence.as_str()))
    }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, template, status) = (&self.method, &self.template, self.status.as_u16());
        write!(
            f,
            "{method} {template} answered {status}, and not as declared"
        )?;
        for Violation {
            pointer, sentence, ..
        } in &self.violations
        {
            match pointer.as_str() {
                "" => write!(f, "; {sentence}")?,
                pointer => write!(f, "; at {pointer}: {sentence}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for InvalidResponse {}

/// Holds a response to the plan. A body that is a stream is passed over.
pub(crate) fn check(
    plan: &Plan,
    responses: &Responses,
    sample: &Sample,
    req: &Request,
    resp: &Response,
) -> Result {
    if plan.answers.is_empty() || !sample.takes_this() {
        return Ok(());
    }
    let Some(violations) = wrong_with(plan, req, resp) else {
        return Ok(());
    };
    let invalid = InvalidResponse {
        method: req.method().clone(),
        template: req
            .route()
            .map(|route| route.template().to_owned())
            .unwrap_or_default(),
        status: resp.status(),
        violations,
    };
    match responses {
        Responses::Off => Ok(()),
        Responses::Observe(observer) => {
            observer(&invalid);
            Ok(())
        }
        Responses::Enforce => {
            let error = HttpError::internal_server_error();
            let error = error.title("Response data failed validation");
            Err(error.caused_by(invalid).into())
        }
    }
}

fn wrong_with(plan: &Plan, req: &Request, resp: &Response) -> Option<Vec<Violation>> {
    let Some(answer) = plan.answer(resp.status()) else {
        // What went wrong may be answered by anybody, and of some routes nothing is said but that.
        let is_surprise = resp.status().is_success() && plan.tells_of_success();
        let told = || {
            vec![Violation::new(
                "status",
                "No answer with this status is declared.",
            )]
        };
        return is_surprise.then(told);
    };
    let mut violations = answer.wrong_headers(resp);
    violations.extend(wrong_body(answer, req, resp));
    (!violations.is_empty()).then_some(violations)
}

fn wrong_body(answer: &AnswerPlan, req: &Request, resp: &Response) -> Vec<Violation> {
    let one = |sentence: &str| vec![Violation::new("content", sentence)];
    // A stream is passed over, and so is what nothing is said of.
    let (Some(body), false) = (resp.body().as_bytes(), answer.contents.is_empty()) else {
        return Vec::new();
    };
    let is_problem = answer.has_codes && !resp.status().is_success();
    if body.is_empty() {
        let needs_none = is_problem || *req.method() == Method::HEAD;
        return if needs_none {
            Vec::new()
        } else {
            one("There is no body.")
        };
    }
    let media_type = resp
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content = media_type.and_then(MediaType::parse);
    let content = content.and_then(|media_type| answer.contents.of(&media_type));
    let Some(content) = content else {
        return if is_problem {
            Vec::new()
        } else {
            one("Its media type is not declared.")
        };
    };
    let Some(schema) = content.schema() else {
        return Vec::new();
    };
    match content.read(body) {
        Err(_) => one("It cannot be read as the media type that it has."),
        Ok(value) if schema.is_valid(&value) => Vec::new(),
        Ok(value) => schema.explain(&value, MOST_ERRORS).violations,
    }
}

impl AnswerPlan {
    /// Headers that are there, and are not as declared.
    fn wrong_headers(&self, resp: &Response) -> Vec<Violation> {
        let mut wrong = Vec::new();
        for (name, schema) in &self.headers {
            let Some(text) = resp.headers().get(name) else {
                continue;
            };
            let value = text.to_str().map(|text| schema.value(text));
            if !value.is_ok_and(|value| schema.is_valid(&value)) {
                let sentence = format!("The header `{name}` is not as declared.");
                wrong.push(Violation::new("headers", &sentence));
            }
        }
        wrong
    }
}

/// How many errors of a response are told.
const MOST_ERRORS: usize = 50;
