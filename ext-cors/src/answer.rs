//! What an answer says of who may read it.

use falcon_core::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName,
    HeaderValue, ORIGIN, VARY,
};
use falcon_core::{Method, Request, Response, Route};

use crate::asked;
use crate::policy::Policy;

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const TRUE: HeaderValue = HeaderValue::from_static("true");

/// What an answer has said before the policy does.
struct Said {
    of_cors: bool,
    of_vary: bool,
}

impl Said {
    fn by(headers: &HeaderMap) -> Self {
        let mut said = Self {
            of_cors: false,
            of_vary: false,
        };
        for name in headers.keys() {
            said.of_vary |= *name == VARY;
            said.of_cors |= name.as_str().starts_with("access-control-");
        }
        said
    }
}

/// Leaves of what was said of CORS what the policy says, and of caches what holds: nothing else
/// counts, whoever has said it.
#[inline]
pub(crate) fn announce(
    policy: &Policy,
    told: Option<&HeaderValue>,
    req: &Request,
    resp: &mut Response,
) {
    let said = Said::by(resp.headers());
    if said.of_cors {
        forget(resp.headers_mut());
    }
    // Some caches keep answers to OPTIONS, though none should (RFC 9110 section 9.3.7).
    if *req.method() == Method::OPTIONS {
        vary_by_preflight(policy, said.of_vary, resp);
    } else if !policy.is_constant {
        if said.of_vary {
            resp.add_vary(&ORIGIN);
        } else {
            resp.headers_mut()
                .append(VARY, HeaderValue::from_static("origin"));
        }
    }
    if let Some(told) = told {
        allow(policy, told, resp.headers_mut());
    }
}

fn vary_by_preflight(policy: &Policy, is_there: bool, resp: &mut Response) {
    const ALL: HeaderValue = HeaderValue::from_static(
        "origin, access-control-request-method, access-control-request-headers",
    );
    if is_there {
        for name in [
            ORIGIN,
            ACCESS_CONTROL_REQUEST_METHOD,
            ACCESS_CONTROL_REQUEST_HEADERS,
        ] {
            resp.add_vary(&name);
        }
    } else {
        resp.headers_mut().append(VARY, ALL);
    }
    if policy.private_network {
        resp.add_vary(&REQUEST_PRIVATE_NETWORK);
    }
}

/// Lets the page read the answer.
fn allow(policy: &Policy, origin: &HeaderValue, headers: &mut HeaderMap) {
    let has_credentials = policy.has_credentials(origin);
    let told = if policy.any_origin && !has_credentials {
        HeaderValue::from_static("*")
    } else {
        origin.clone()
    };
    headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, told);
    if has_credentials {
        headers.append(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
    }
    if let Some(exposed) = &policy.exposed {
        headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
    }
}

/// Takes away all that was said of CORS.
#[cold]
fn forget(headers: &mut HeaderMap) {
    for name in [
        ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE,
        ALLOW_PRIVATE_NETWORK,
    ] {
        headers.remove(name);
    }
}

/// Tells a preflight of an allowed origin what it may do, if it may do what it asks for; of methods,
/// those that are the policy's.
pub(crate) fn tell_preflight(
    policy: &Policy,
    route: &Route,
    is_its: impl Fn(&Method) -> bool,
    req: &Request,
    resp: &mut Response,
) {
    let asked = asked::preflight_method(req).unwrap_or_default();
    let Some(methods) = policy.methods_told(route, asked, is_its) else {
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
    headers.append(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(told) = &policy.headers_told {
        headers.append(ACCESS_CONTROL_ALLOW_HEADERS, told.clone());
    }
    headers.append(ACCESS_CONTROL_MAX_AGE, policy.max_age.clone());
    if policy.private_network && req.header(REQUEST_PRIVATE_NETWORK) == Some("true") {
        headers.append(ALLOW_PRIVATE_NETWORK, TRUE);
    }
}
