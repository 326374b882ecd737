//! Three tracers, which write down the steps in which they run, and do what the request wants.

use falcon::prelude::*;
use falcon::{Middleware, Response};
use serde_json::json;

use crate::kinds::{self, Boom, Generic};
use crate::requests::told;
use crate::show;

#[derive(Default)]
struct Trace(Vec<String>);

/// Which tracers' `process_request` came to its end.
#[derive(Default)]
struct Entered(Vec<&'static str>);

/// That a tracer's `process_request` failed.
struct Refused;

/// Appends a word, if anything is traced.
pub(crate) fn note(req: &mut Request, word: &str) {
    if let Some(trace) = req.context_mut().get_mut::<Trace>() {
        trace.0.push(word.to_owned());
    }
}

fn concerns(req: &Request) -> bool {
    req.path().starts_with("/mw")
}

pub(crate) struct Tracer {
    pub(crate) name: &'static str,
    /// Whether the response step is left out where the request step did not come to its end.
    pub(crate) dependent: bool,
}

impl Tracer {
    fn write(req: &mut Request, resp: &mut Response, word: &str) -> Result {
        if req.context().get::<Trace>().is_none() {
            req.context_mut().insert(Trace::default());
        }
        note(req, word);
        let words = req.context().get::<Trace>().map(|trace| trace.0.join(" "));
        resp.set_header("x-trace", words.unwrap_or_default())?;
        Ok(())
    }

    fn act(&self, req: &Request, resp: &mut Response, step: &str) -> Result {
        let place = format!("{}.{step}", self.name);
        let orders = told(req, "x-mirror-mw").unwrap_or_default();
        for order in orders.split(',') {
            let Some((verb, at)) = order.trim().split_once(':') else {
                continue;
            };
            if at == place {
                Self::obey(verb, &place, resp)?;
            }
        }
        Ok(())
    }

    fn obey(verb: &str, place: &str, resp: &mut Response) -> Result {
        match verb {
            "complete" => resp.set_text(format!("completed by {place}")).complete(),
            "raise" => {
                let error = HttpError::forbidden().title("Middleware");
                Err(error.detail(format!("raised in {place}")))?;
            }
            "boom" => Err(Boom)?,
            "generic" => Err(Generic)?,
            "status" => {
                let text = format!("status from {place}");
                Err(HttpStatus::new(StatusCode::ACCEPTED).text(text))?;
            }
            "redirect" => return Err(HttpStatus::found(&format!("/from/{place}"))),
            _ => {}
        }
        Ok(())
    }
}

impl Middleware for Tracer {
    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        if concerns(req) {
            Self::write(req, resp, &format!("{}.request", self.name))?;
            let acted = self.act(req, resp, "request");
            if acted.is_err() {
                req.context_mut().insert(Refused);
            }
            acted?;
            if req.context().get::<Entered>().is_none() {
                req.context_mut().insert(Entered::default());
            }
            if let Some(entered) = req.context_mut().get_mut::<Entered>() {
                entered.0.push(self.name);
            }
        }
        Ok(())
    }

    async fn process_resource(&self, req: &mut Request, resp: &mut Response) -> Result {
        // A sink is a route here, for authentication's sake; the trace is about resources.
        if !concerns(req) || !found_resource(req) {
            return Ok(());
        }
        note(req, &format!("{}.resource", self.name));
        let bump = req.header("x-bump").is_some_and(|bump| !bump.is_empty());
        if let Some(n) = req.param("n").filter(|_| self.name == "B" && bump) {
            let n = n.parse::<i64>()? + 100;
            req.set_param("n", &n.to_string())?;
        }
        self.act(req, resp, "resource")
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        let entered = req.context().get::<Entered>();
        let is_in = entered.is_some_and(|entered| entered.0.contains(&self.name));
        // A request step that completed the response has all response steps run, unless it failed.
        let completed = resp.is_complete() && req.context().get::<Refused>().is_none();
        if !concerns(req) || (self.dependent && !is_in && !completed) {
            return Ok(());
        }
        let resource = if found_resource(req) {
            "resource"
        } else {
            "none"
        };
        let success = if resp.succeeded() { "ok" } else { "failed" };
        Self::write(
            req,
            resp,
            &format!("{}.response({resource},{success})", self.name),
        )?;
        self.act(req, resp, "response")
    }
}

fn found_resource(req: &Request) -> bool {
    req.route().is_some_and(|route| !route.takes_rest())
}

/// A component with one method of the three.
pub(crate) struct RequestOnly;

impl Middleware for RequestOnly {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        if concerns(req) {
            note(req, "only.request");
        }
        Ok(())
    }
}

/// What answers below `/mw`.
pub(crate) struct Traced;

impl Traced {
    async fn ok(&self, req: &mut Request, resp: &mut Response) -> Result {
        note(req, "responder");
        show(resp, &json!({"n": req.param_value::<i64>("n").ok()}));
        Ok(())
    }

    pub(crate) async fn fail(&self, req: &mut Request, resp: &mut Response) -> Result {
        note(req, "responder");
        let kind = req.param("kind").unwrap_or_default();
        kinds::raise(kind)?;
        show(resp, &json!({"kind": kind}));
        Ok(())
    }

    pub(crate) async fn complete(&self, req: &mut Request, resp: &mut Response) -> Result {
        note(req, "responder");
        resp.complete();
        show(resp, &json!({"complete": true}));
        Ok(())
    }

    pub(crate) fn responders() -> Responders<Self> {
        let ok = Responders::of(Self).on_get(Self::ok);
        ok.on_head(Self::ok).on_post(Self::ok)
    }
}
