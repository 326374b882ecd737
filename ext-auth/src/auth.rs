//! The middleware: credentials, then the rule.

use std::any::type_name;

use falcon_core::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use falcon_core::{
    AppInfo, Error, HttpError, Method, Middleware, Request, Response, Result, Route, Setup,
    SetupError, StatusCode,
};

use crate::describe;
use crate::refusal::Kind;
use crate::{Authenticator, By, Challenge, Principal, Refusal, Require};

/// Lets those through whom an [`Authenticator`] recognises and a [`Require`] allows, as the middleware of
/// an app or of a group.
///
/// It runs once the route is known: what is nowhere is 404, and the framework's own answer to OPTIONS
/// asks nobody. It stands where it is put: rules and authenticators of groups around it do not count
/// inside. A route without a rule needs a caller who is known, unless
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
    /// What is said further out than where it stands, of a group around its own, does not count here.
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        app.add_metadata(self.rule.clone());
        app.add_metadata(By::nobody());
        app.add_metadata(describe::describer(&self.authenticator, self.rule.clone()));
        Ok(())
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let unfinished = app.routes().filter_map(unfinished).map(Err);
        let without = app.routes().filter(|_| self.demands_rules);
        SetupError::all(unfinished.chain(without.map(|route| demand_rule(route, &self.rule))))
    }

    async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let rule = req.meta::<Require>().unwrap_or(&self.rule).clone();
        if rule.asks_nobody() {
            return Ok(());
        }
        let by = req.meta::<By>().filter(|by| by.is_somebody()).cloned();
        let known = match &by {
            Some(by) => by.authenticate(req).await,
            None => self.authenticator.authenticate(req).await,
        };
        let caller = match known {
            Ok(Some(caller)) => caller,
            Ok(None) if rule.takes_nobody() => return Ok(()),
            Ok(None) => return Err(self.unauthorized(req, by.as_ref(), None)),
            Err(refusal) => return Err(self.unauthorized(req, by.as_ref(), Some(refusal))),
        };
        if !rule.allows(&caller, req).await {
            return Err(self.forbidden(by.as_ref(), &rule, &caller));
        }
        req.context_mut().insert(caller);
        Ok(())
    }
}

impl<A: Authenticator> Auth<A> {
    /// Each challenge once.
    fn challenges(&self, by: Option<&By>) -> Vec<Challenge> {
        let all = match by {
            Some(by) => by.challenges(),
            None => self.authenticator.challenges(),
        };
        let mut each = Vec::with_capacity(all.len());
        for challenge in all {
            if !each.contains(&challenge) {
                each.push(challenge);
            }
        }
        each
    }

    #[cold]
    fn unauthorized(&self, req: &Request, by: Option<&By>, refusal: Option<Refusal>) -> Error {
        if let Some(Kind::Unavailable(wait)) = refusal.as_ref().map(Refusal::kind) {
            let error = HttpError::service_unavailable().retry_after(wait);
            return match refusal {
                Some(refusal) => error.caused_by(refusal).into(),
                None => error.into(),
            };
        }
        let mut challenges = self.challenges(by);
        if refusal.is_some() && has_bearer(req) {
            // RFC 6750 section 3.1; without a token there is to be no error code.
            let bearers = challenges.iter_mut().filter(|c| is_bearer(c));
            bearers.for_each(|c| *c = c.clone().param("error", "invalid_token"));
        }
        let error = HttpError::new(StatusCode::UNAUTHORIZED).detail(DETAIL);
        let lines = challenges.iter().filter_map(Challenge::to_header);
        let error = lines.fold(error, |error, line| error.header(WWW_AUTHENTICATE, line));
        match refusal {
            Some(refusal) => error.caused_by(refusal).into(),
            None => error.into(),
        }
    }

    /// The scope is named only where having it would do.
    #[cold]
    fn forbidden(&self, by: Option<&By>, rule: &Require, caller: &Principal) -> Error {
        let scopes = rule.missing(caller).unwrap_or_default().join(" ");
        if scopes.is_empty() {
            return HttpError::forbidden().into();
        }
        let error = HttpError::forbidden()
            .code("insufficient_scope")
            .detail(format!("It needs the scope `{scopes}`."));
        let challenges = self.challenges(by);
        let bearer = challenges.into_iter().find(is_bearer);
        let bearer = bearer.and_then(|bearer| {
            let bearer = bearer.param("error", "insufficient_scope");
            bearer.param("scope", &scopes).to_header()
        });
        match bearer {
            Some(bearer) => error.header(WWW_AUTHENTICATE, bearer).into(),
            None => error.into(),
        }
    }
}

fn is_bearer(challenge: &Challenge) -> bool {
    challenge.scheme().eq_ignore_ascii_case("bearer")
}

fn has_bearer(req: &Request) -> bool {
    let mut lines = req.headers().get_all(AUTHORIZATION).iter();
    lines.any(|line| {
        let scheme = line.as_bytes().get(.."bearer".len());
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
    })
}

/// What was given to a route as a rule, and is none: nobody would ever look at it.
fn unfinished(route: &Route) -> Option<SetupError> {
    let is_near = |(_, name): &(_, &'static str)| {
        let own = [type_name::<Require>(), type_name::<By>()];
        own.iter().any(|own| name.contains(own)) && !own.contains(name)
    };
    let (_, given) = route.metadata().find(is_near)?;
    Some(SetupError::new(format!(
        "`{}` was given `{given}`, which is no rule, and nobody would look at it: give it a `Require` or a `By`",
        route.template()
    )))
}

/// That a rule was given which is not the default.
fn demand_rule(route: &Route, default: &Require) -> Result<(), SetupError> {
    let is_none = |rule: Option<&Require>| rule.is_none_or(|rule| rule.is(default));
    let has_none = |method: &&Method| is_none(route.meta_for(method));
    let without: Vec<&str> = route
        .methods()
        .iter()
        .filter(has_none)
        .map(Method::as_str)
        .collect();
    let is_open = route.answers_any_method() && is_none(route.meta());
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
