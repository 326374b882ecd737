//! Bearer tokens with scopes on routes; the token is a stand-in for a real one.

use std::sync::Arc;

use falcon_core::{AppInfo, HttpError, Middleware, Request, Response, Result, SetupError};
use http::header;

/// On a route or a method: the scopes of which one is needed.
pub(super) struct Scopes(pub(super) &'static [&'static str]);

/// On a route or a method: no token is needed.
pub(super) struct Public;

pub(super) struct Principal {
    pub(super) subject: String,
    scope: String,
}

pub(super) trait AuthRequest {
    fn principal(&self) -> Result<Arc<Principal>>;
}

impl AuthRequest for Request {
    fn principal(&self) -> Result<Arc<Principal>> {
        let principal = self.context().get::<Arc<Principal>>();
        Ok(principal
            .map(Arc::clone)
            .ok_or_else(|| HttpError::unauthorized("Bearer"))?)
    }
}

pub(super) struct Bearer {
    secret: &'static str,
}

impl Bearer {
    pub(super) fn new(secret: &'static str) -> Self {
        Self { secret }
    }

    fn verify(&self, req: &Request) -> Option<Principal> {
        let token = req.header(header::AUTHORIZATION)?.strip_prefix("Bearer ")?;
        let mut parts = token.strip_prefix(self.secret)?.split_whitespace();
        Some(Principal {
            subject: parts.next()?.to_owned(),
            scope: parts.next()?.to_owned(),
        })
    }
}

impl Middleware for Bearer {
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let unruled = |what: String| {
            Err(SetupError::new(format!(
                "{what} has neither Scopes nor Public"
            )))
        };
        let mut outcomes = Vec::new();
        for route in app.routes() {
            for method in route.methods() {
                if route.meta_for::<Scopes>(method).is_none()
                    && route.meta_for::<Public>(method).is_none()
                {
                    outcomes.push(unruled(format!("{method} {}", route.template())));
                }
            }
            let rest_ruled = route.meta::<Scopes>().is_some() || route.meta::<Public>().is_some();
            if route.answers_any_method() && !rest_ruled {
                outcomes.push(unruled(format!(
                    "every other method of {}",
                    route.template()
                )));
            }
        }
        SetupError::all(outcomes)
    }

    async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let Some(scopes) = req.meta::<Scopes>() else {
            return Ok(());
        };
        let principal = self
            .verify(req)
            .ok_or_else(|| HttpError::unauthorized("Bearer"))?;
        if !scopes.0.contains(&principal.scope.as_str()) {
            Err(HttpError::forbidden().code("insufficient_scope"))?;
        }
        req.context_mut().insert(Arc::new(principal));
        Ok(())
    }
}
