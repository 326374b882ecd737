//! The policy at work: the phases of a request, and what is refused before the first.

use std::any::type_name;
use std::sync::Arc;

use falcon_core::header::{HeaderValue, ORIGIN};
use falcon_core::{
    AppInfo, Middleware, Phases, Request, Response, Result, Route, Setup, SetupError,
};

use crate::answer;
use crate::asked::has;
use crate::builder::{CorsBuilder, CorsError};
use crate::cors::{Cors, CrossOrigin};

/// Metadata that tells an app's one CORS middleware from a second.
struct InForce(usize);

impl Middleware for Cors {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        if app.is_group() {
            let why = "CORS is the app's middleware, for preflights belong to no group: give the policy of a \
                       group with `.with(cors)`";
            return Err(SetupError::new(why));
        }
        app.add_metadata(InForce(self.id));
        Ok(())
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let mut faults = Vec::new();
        let mut has_others = false;
        for route in app.routes() {
            has_others |= route
                .metadata()
                .any(|(_, name)| name == type_name::<Self>());
            faults.extend(unfinished(route).map(Err));
        }
        self.has_others = has_others;
        let in_force = app.routes().find_map(Route::meta::<InForce>);
        if in_force.is_some_and(|in_force| in_force.0 != self.id) {
            let why = "there are two CORS middlewares in one app, and either would take away what the other \
                       allows: give the second to its routes with `.with(cors)`";
            faults.push(Err(SetupError::new(why)));
        }
        SetupError::all(faults)
    }

    // All phases are for the most part a look, and what they look at is inlined into the app's cycle.
    #[inline]
    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        if !has(req.headers(), &ORIGIN) {
            return Ok(());
        }
        req.context_mut().insert(CrossOrigin);
        if let Some(asking) = self.asking(req) {
            asking.await;
        }
        self.admit(req, resp)
    }

    /// Once more where routes have policies of their own: a path or a method that was changed since
    /// must not get past them.
    async fn process_resource(&self, req: &mut Request, resp: &mut Response) -> Result {
        if !self.has_others || req.context().get::<CrossOrigin>().is_none() {
            return Ok(());
        }
        if let Some(asking) = self.asking(req) {
            asking.await;
        }
        self.admit(req, resp)
    }

    #[inline]
    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        let Some(policy) = self.policy_for(req) else {
            return Ok(());
        };
        // Of what everybody may read, every answer says so: a cache may keep one for a request
        // without an origin, and give it to a page (Fetch standard, "CORS protocol and HTTP caches").
        if policy.is_constant {
            answer::announce(policy, Some(&ANY), req, resp);
            self.announce_preflight(policy, req, resp);
            return Ok(());
        }
        if !is_cross_origin(req) {
            answer::announce(policy, None, req, resp);
            return Ok(());
        }
        if let Some(asking) = self.asking(req) {
            asking.await;
        }
        self.announce(req, resp);
        Ok(())
    }

    fn phases(&self) -> Phases {
        let mut phases = Phases::default();
        phases.request = true;
        phases.resource = self.has_others;
        phases.response = true;
        phases
    }
}

const ANY: HeaderValue = HeaderValue::from_static("*");

/// Whether there is an origin; looked for again where `process_request` may not have run, which it
/// has for what was routed.
#[inline]
fn is_cross_origin(req: &Request) -> bool {
    let was_seen = req.context().get::<CrossOrigin>().is_some();
    was_seen || (req.route().is_none() && has(req.headers(), &ORIGIN))
}

/// What was given to a route as a policy, and is none: nobody would ever look at it.
fn unfinished(route: &Route) -> Option<SetupError> {
    let nearly = [
        type_name::<CorsBuilder>(),
        type_name::<Result<Cors, CorsError>>(),
        type_name::<Option<Cors>>(),
        type_name::<Arc<Cors>>(),
    ];
    let (_, given) = route.metadata().find(|(_, name)| nearly.contains(name))?;
    Some(SetupError::new(format!(
        "`{}` was given `{given}`, which is no policy yet: give it a `Cors`, as `build()?` makes it, or \
         `Cors::off()`",
        route.template()
    )))
}
