//! Responses, held to what routes declare.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use falcon_core::header::{CONTENT_TYPE, MediaType};
use falcon_core::{HttpError, Method, Request, Response, Result, StatusCode};

use crate::explain::{Explanation, Violation};
use crate::plan::Plan;

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
            "{method} {template} answered {status} with a body that is not as declared"
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
    let Some(violations) = wrong_with(plan, resp) else {
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

fn wrong_with(plan: &Plan, resp: &Response) -> Option<Vec<Violation>> {
    let contents = &plan.answer(resp.status())?.contents;
    let body = resp.body().as_bytes().filter(|body| !body.is_empty())?;
    let media_type = resp.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let content = contents.of(&MediaType::parse(media_type)?)?;
    let schema = content.schema()?;
    let Ok(value) = content.read(body) else {
        return Some(vec![Violation {
            pointer: String::new(),
            schema: String::new(),
            keyword: String::new(),
            sentence: format!("It cannot be read as {media_type}."),
        }]);
    };
    if schema.is_valid(&value) {
        return None;
    }
    let Explanation { violations, .. } = schema.explain(&value, MOST_ERRORS);
    Some(violations)
}

/// How many errors of a response are told.
const MOST_ERRORS: usize = 50;
