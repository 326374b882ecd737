//! CORS: answers preflights from the route table, and marks every response.

use falcon_core::{AppInfo, Middleware, Request, Response, Result, SetupError};
use http::{HeaderValue, Method, StatusCode, header};

pub(super) struct Cors {
    origins: Vec<HeaderValue>,
    routes: usize,
}

/// On a route: no CORS.
pub(super) struct NoCors;

impl Cors {
    pub(super) fn allow(origins: &[&str]) -> Result<Self, SetupError> {
        let parse = |origin: &&str| {
            HeaderValue::from_str(origin)
                .map_err(|e| SetupError::new(format!("CORS origin {origin:?}: {e}")))
        };
        Ok(Self {
            origins: origins.iter().map(parse).collect::<Result<_, _>>()?,
            routes: 0,
        })
    }
}

impl Middleware for Cors {
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        self.routes = app.routes().count();
        if self.routes == 0 {
            Err(SetupError::new("CORS without any route"))
        } else {
            Ok(())
        }
    }

    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        let Some(wanted) = req.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD) else {
            return Ok(());
        };
        if *req.method() != Method::OPTIONS || !req.headers().contains_key(header::ORIGIN) {
            return Ok(());
        }
        let Some(route) = req
            .peek_route()
            .filter(|route| route.meta::<NoCors>().is_none())
        else {
            return Ok(());
        };
        let methods = if route.answers_any_method() {
            wanted.clone()
        } else {
            let methods: Vec<&str> = route.methods().iter().map(Method::as_str).collect();
            HeaderValue::try_from(methods.join(", "))?
        };
        resp.headers_mut()
            .insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        resp.set_status(StatusCode::NO_CONTENT).complete();
        Ok(())
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.add_vary(&header::ORIGIN);
        let origin = req
            .headers()
            .get(header::ORIGIN)
            .filter(|origin| self.origins.contains(origin));
        if let Some(origin) = origin {
            resp.headers_mut()
                .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
        Ok(())
    }
}
