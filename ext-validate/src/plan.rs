//! What a method of a route is held to, worked out before the first request.

use std::sync::Arc;

use falcon_core::header::HeaderName;
use falcon_core::operation::{
    Answer, AnswerHeader, Content, Operation, Parameter, Place, RequestBody, Schema, Style,
};
use falcon_core::{Consumes, Method, Produces, Route, StatusCode};

use crate::compiled::{Compiled, Compiler};
use crate::content::{Contents, Reader};
use crate::dialect::Fault;
use crate::parameters::Parameters;

/// What a method of a route is held to.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) parameters: Option<Parameters>,
    pub(crate) body: Option<BodyPlan>,
    pub(crate) answers: Vec<AnswerPlan>,
}

#[derive(Debug)]
pub(crate) struct BodyPlan {
    pub(crate) is_required: bool,
    pub(crate) contents: Contents,
}

#[derive(Debug)]
pub(crate) struct AnswerPlan {
    status: Option<StatusCode>,
    pub(crate) contents: Contents,
    pub(crate) headers: Vec<(HeaderName, Arc<Compiled>)>,
    /// Whether problems have this status.
    pub(crate) has_codes: bool,
}

/// Makes plans, and notes what is wrong with what routes declare.
pub(crate) struct Planner<'a> {
    pub(crate) compiler: Compiler<'a>,
    pub(crate) readers: &'a [Reader],
    pub(crate) with_answers: bool,
    pub(crate) refuse_unknown: bool,
    pub(crate) faults: Vec<String>,
}

impl Planner<'_> {
    pub(crate) fn plan(&mut self, route: &Route, method: &Method) -> Plan {
        let before = self.faults.len();
        let plan = self.plan_one(route, method);
        // What is wrong with GET was said.
        if *method == Method::HEAD && route.methods().contains(&Method::GET) {
            self.faults.truncate(before);
        }
        plan
    }

    fn plan_one(&mut self, route: &Route, method: &Method) -> Plan {
        let operation = route.operation(method);
        let said_of = format!("{method} {}", route.template());
        let body = operation.body.as_ref();
        Plan {
            parameters: self.parameters(&said_of, &operation),
            body: body.and_then(|body| self.body(&said_of, route, method, body)),
            answers: self.answers(&said_of, route, method, &operation.answers),
        }
    }

    fn parameters(&mut self, said_of: &str, operation: &Operation) -> Option<Parameters> {
        let told = |parameter: &&Parameter| !parameter.is_from_template;
        let mut parameters = Parameters::new(self.refuse_unknown);
        for parameter in operation.parameters.iter().filter(told) {
            let what = format!(
                "the {} parameter `{}`",
                parameter.place.as_str(),
                parameter.name
            );
            if let Err(why) = in_order(parameter) {
                self.faults.push(format!("{said_of}: {what}: {why}"));
                continue;
            }
            if let Some(compiled) = self.compile(said_of, &what, &parameter.schema) {
                if compiled.coercion().is_object() && parameter.style != Style::Members {
                    let why = "an object is read from the query alone, with `Style::Members`";
                    self.faults.push(format!("{said_of}: {what}: {why}"));
                }
                parameters.add(parameter, compiled);
            }
        }
        parameters.has_work().then_some(parameters)
    }

    fn body(
        &mut self,
        said_of: &str,
        route: &Route,
        method: &Method,
        body: &RequestBody,
    ) -> Option<BodyPlan> {
        let consumed = route.meta_for::<Consumes>(method);
        let route_types: Vec<&str> = consumed.map(|c| c.iter().collect()).unwrap_or_default();
        let contents = self.contents(said_of, "the body", &route_types, &body.contents);
        (!contents.is_empty()).then_some(BodyPlan {
            is_required: body.is_required,
            contents,
        })
    }

    fn answers(
        &mut self,
        said_of: &str,
        route: &Route,
        method: &Method,
        answers: &[Answer],
    ) -> Vec<AnswerPlan> {
        if !self.with_answers {
            return Vec::new();
        }
        let produced = route.meta_for::<Produces>(method);
        let route_types: Vec<&str> = produced.map(|p| p.iter().collect()).unwrap_or_default();
        let plan = |answer: &Answer| {
            let what = match answer.status {
                Some(status) => format!("the answer {}", status.as_u16()),
                None => "every other answer".to_owned(),
            };
            AnswerPlan {
                status: answer.status,
                contents: self.contents(said_of, &what, &route_types, &answer.contents),
                headers: self.headers(said_of, &what, &answer.headers),
                has_codes: !answer.codes.is_empty(),
            }
        };
        answers.iter().map(plan).collect()
    }

    fn headers(
        &mut self,
        said_of: &str,
        what: &str,
        headers: &[AnswerHeader],
    ) -> Vec<(HeaderName, Arc<Compiled>)> {
        let mut all = Vec::new();
        for header in headers {
            let what = format!("{what}: the header `{}`", header.name);
            let Ok(name) = HeaderName::try_from(&header.name) else {
                self.faults
                    .push(format!("{said_of}: {what}: it is no name of a header"));
                continue;
            };
            if let Some(compiled) = self.compile(said_of, &what, &header.schema) {
                all.push((name, compiled));
            }
        }
        all
    }

    fn contents(
        &mut self,
        said_of: &str,
        what: &str,
        route_types: &[&str],
        contents: &[Content],
    ) -> Contents {
        let mut all = Contents::default();
        for content in contents {
            let schema = content.schema.as_ref();
            let compiled = match schema.map(|schema| self.compile(said_of, what, schema)) {
                None => None,
                Some(Some(compiled)) => Some(compiled),
                Some(None) => continue,
            };
            let media_types = match content.media_type.as_deref() {
                Some(own) => vec![own],
                None if route_types.is_empty() => vec!["application/json"],
                None => route_types.to_vec(),
            };
            for media_type in media_types {
                if let Err(why) = all.add(media_type, compiled.clone(), self.readers) {
                    self.faults.push(format!("{said_of}: {what}: {why}"));
                }
            }
        }
        all
    }

    fn compile(&mut self, said_of: &str, what: &str, schema: &Schema) -> Option<Arc<Compiled>> {
        match self.compiler.compile(schema) {
            Ok(compiled) => Some(compiled),
            Err(Fault { pointer, why }) => {
                let name = schema
                    .name()
                    .map(|name| format!(" `{name}`"))
                    .unwrap_or_default();
                let at = match pointer.as_str() {
                    "" => String::new(),
                    pointer => format!(" at {pointer}"),
                };
                self.faults.push(format!(
                    "{said_of}: {what}: the schema{name} is wrong{at}: {why}"
                ));
                None
            }
        }
    }
}

impl Plan {
    pub(crate) fn is_empty(&self) -> bool {
        self.parameters.is_none() && self.body.is_none() && self.answers.is_empty()
    }

    /// Whether it is said how it goes well.
    pub(crate) fn tells_of_success(&self) -> bool {
        let is_success = |status: &StatusCode| status.is_success();
        let mut statuses = self
            .answers
            .iter()
            .filter_map(|answer| answer.status.as_ref());
        statuses.any(is_success)
    }

    /// What is said of an answer with a status.
    pub(crate) fn answer(&self, status: StatusCode) -> Option<&AnswerPlan> {
        let exact = self
            .answers
            .iter()
            .find(|answer| answer.status == Some(status));
        exact.or_else(|| self.answers.iter().find(|answer| answer.status.is_none()))
    }
}

/// What is wrong with a parameter, whatever its schema.
fn in_order(parameter: &Parameter) -> Result<(), &'static str> {
    let is_header = HeaderName::try_from(&parameter.name).is_ok();
    match parameter.place {
        Place::Query => Ok(()),
        Place::Header if !is_header => Err("it is no name of a header"),
        Place::Cookie if !is_header => Err("it is no name of a cookie"),
        _ if parameter.style == Style::Members => Err("`Style::Members` is for the query alone"),
        _ => Ok(()),
    }
}
