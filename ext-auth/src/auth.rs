//! The middleware: credentials, then the rule.

use falcon_core::header::{HeaderValue, WWW_AUTHENTICATE};
use falcon_core::{
    AppInfo, Error, HttpError, Method, Middleware, Request, Response, Result, Route, SetupError,
};

use crate::refusal::Kind;
use crate::{Authenticator, By, Challenge, Refusal, Require};

/// Lets those through whom an [`Authenticator`] recognises and a [`Require`] allows, as the middleware of
/// an app or of a group.
///
/// It runs once the route is known: what is nowhere is 404, and the framework's own answer to OPTIONS
/// asks nobody. A route without a rule needs a caller who is known, unless
/// [`default_rule`](Self::default_rule) says otherwise.
///
/// # Errors
///
/// - 401, code `unauthorized`, with `WWW-Authenticate`, one line for each kind of credentials: there are
///   none, or they are not good, whatever the cause.
/// - 403, code `insufficient_scope`, with the scope (RFC 6750 section 3.1), or `forbidden`: the rule
///   does not allow the caller.
/// - 503, with `Retry-After`: it cannot be told at the moment.
#[derive(Debug)]
pub struct Auth<A> {
    authenticator: A,
    rule: Require,
    demands_rules: bool,
}

impl<A: Authenticator> Auth<A> {
    /// Makes middleware of an authenticator.
    pub fn new(authenticator: A) -> Self {
        Self {
            authenticator,
            rule: Require::authenticated(),
            demands_rules: false,
        }
    }

    /// Sets the rule of routes without one: [`Require::authenticated`] unless set.
    #[must_use]
    pub fn default_rule(mut self, rule: Require) -> Self {
        self.rule = rule;
        self
    }

    /// Has [`freeze`](falcon_core::App::freeze) refuse a route, or a method of one, that has no rule, so
    /// that none is forgotten.
    #[must_use]
    pub fn demand_rules(mut self) -> Self {
        self.demands_rules = true;
        self
    }
}

/// Every cause of a 401 looks the same.
const DETAIL: &str = "Credentials are needed, and none that are good were sent.";

impl<A: Authenticator> Middleware for Auth<A> {
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        if !self.demands_rules {
            return Ok(());
        }
        SetupError::all(app.routes().map(demand_rule))
    }

    async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let rule = req.meta::<Require>().unwrap_or(&self.rule).clone();
        if rule.asks_nobody() {
            return Ok(());
        }
        let by = req.meta::<By>().cloned();
        let known = match &by {
            Some(by) => by.authenticate(req).await,
            None => self.authenticator.authenticate(req).await,
        };
        let caller = match known {
            Ok(Some(caller)) => caller,
            Ok(None) if rule.takes_nobody() => return Ok(()),
            Ok(None) => return Err(self.unauthorized(by.as_ref(), None)),
            Err(refusal) => return Err(self.unauthorized(by.as_ref(), Some(refusal))),
        };
        if !rule.allows(&caller, req).await {
            return Err(forbidden(&rule));
        }
        req.context_mut().insert(caller);
        Ok(())
    }
}

impl<A: Authenticator> Auth<A> {
    #[cold]
    fn unauthorized(&self, by: Option<&By>, refusal: Option<Refusal>) -> Error {
        if let Some(Kind::Unavailable(wait)) = refusal.as_ref().map(Refusal::kind) {
            let error = HttpError::service_unavailable().retry_after(wait);
            return match refusal {
                Some(refusal) => error.caused_by(refusal).into(),
                None => error.into(),
            };
        }
        let mut challenges = match by {
            Some(by) => by.challenges(),
            None => self.authenticator.challenges(),
        };
        if refusal.is_some() {
            // RFC 6750 section 3.1; without credentials there is to be no error code.
            let bearers = challenges.iter_mut().filter(|c| is_bearer(c));
            bearers.for_each(|c| *c = c.clone().param("error", "invalid_token"));
        }
        let error = HttpError::new(falcon_core::StatusCode::UNAUTHORIZED).detail(DETAIL);
        let lines = challenges.iter().filter_map(Challenge::to_header);
        let error = lines.fold(error, |error, line| error.header(WWW_AUTHENTICATE, line));
        match refusal {
            Some(refusal) => error.caused_by(refusal).into(),
            None => error.into(),
        }
    }
}

fn is_bearer(challenge: &Challenge) -> bool {
    challenge.scheme().eq_ignore_ascii_case("bearer")
}

#[cold]
fn forbidden(rule: &Require) -> Error {
    let scopes = rule.scopes().join(" ");
    if scopes.is_empty() {
        return HttpError::forbidden().into();
    }
    let challenge = Challenge::new("Bearer")
        .param("error", "insufficient_scope")
        .param("scope", &scopes);
    let challenge = challenge.to_header();
    let challenge = challenge.unwrap_or_else(|| HeaderValue::from_static("Bearer"));
    HttpError::forbidden()
        .code("insufficient_scope")
        .detail(format!("It needs the scope `{scopes}`."))
        .header(WWW_AUTHENTICATE, challenge)
        .into()
}

fn demand_rule(route: &Route) -> Result<(), SetupError> {
    let has_none = |method: &&Method| route.meta_for::<Require>(method).is_none();
    let without: Vec<&str> = route
        .methods()
        .iter()
        .filter(has_none)
        .map(Method::as_str)
        .collect();
    let is_open = route.answers_any_method() && route.meta::<Require>().is_none();
    if without.is_empty() && !is_open {
        return Ok(());
    }
    let methods = if is_open {
        "any method".to_owned()
    } else {
        without.join(", ")
    };
    Err(SetupError::new(format!(
        "`{}` has no rule for {methods}: say who may, `.with(Require::scope(…))`, or that nobody is asked, \
         `.with(Require::nothing())`",
        route.template()
    )))
}
