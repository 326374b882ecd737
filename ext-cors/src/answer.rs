//! What an answer says of who may read it.

use falcon_core::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, HeaderValue, ORIGIN,
    VARY,
};
use falcon_core::{Request, Response, Route};

use crate::asked::has;
use crate::policy::Policy;

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const TRUE: HeaderValue = HeaderValue::from_static("true");

/// Tells a preflight what it may do, if it may do what it asks for.
pub(crate) fn tell_preflight(
    policy: &Policy,
    route: &Route,
    asked: &str,
    req: &Request,
    resp: &mut Response,
) {
    let Some(methods) = policy.methods_told(route, asked) else {
        return;
    };
    let mut lines = req.headers().get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
    if !lines.all(|line| {
        line.to_str()
            .is_ok_and(|names| policy.allows_headers(names))
    }) {
        return;
    }
    let headers = resp.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(told) = &policy.headers_told {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, told.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, policy.max_age.clone());
    let asks = req.header("access-control-request-private-network") == Some("true");
    if policy.private_network && asks {
        headers.insert(ALLOW_PRIVATE_NETWORK, TRUE);
    }
}

/// Tells caches what the answer to a preflight depends on.
pub(crate) fn vary_by_preflight(resp: &mut Response) {
    const ALL: HeaderValue = HeaderValue::from_static(
        "origin, access-control-request-method, access-control-request-headers",
    );
    if !has(resp.headers(), &VARY) {
        resp.headers_mut().insert(VARY, ALL);
        return;
    }
    for name in [
        ORIGIN,
        ACCESS_CONTROL_REQUEST_METHOD,
        ACCESS_CONTROL_REQUEST_HEADERS,
    ] {
        resp.add_vary(&name);
    }
}

/// Lets the page read the answer; whatever a responder has said of it, the policy counts.
pub(crate) fn allow(policy: &Policy, origin: &HeaderValue, resp: &mut Response) {
    let has_credentials = policy.has_credentials(origin);
    let told = if policy.any_origin && !has_credentials {
        HeaderValue::from_static("*")
    } else {
        origin.clone()
    };
    let headers = resp.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, told);
    if has_credentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
    } else {
        headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    }
    if let Some(exposed) = &policy.exposed {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
    }
}

/// Takes away what a responder or a mounted service has said to a page that is not allowed.
pub(crate) fn forget(resp: &mut Response) {
    for name in [
        ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE,
        ALLOW_PRIVATE_NETWORK,
    ] {
        resp.headers_mut().remove(name);
    }
}
