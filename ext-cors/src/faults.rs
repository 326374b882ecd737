//! What cannot be allowed, each in a sentence.

use falcon_core::header::{HeaderName, HeaderValue};

use crate::builder::CorsBuilder;
use crate::origin::Origin;
use crate::policy::FORBIDDEN_METHODS;

/// What is wrong with a policy as a whole.
pub(crate) fn contradictions(policy: &CorsBuilder) -> Vec<String> {
    let names_some = !policy.origins.is_empty()
        || !policy.patterns.is_empty()
        || policy.predicate.is_some()
        || policy.null_origin;
    let has_credentials = policy.all_credentials || !policy.credentials_for.is_empty();
    let checks = [
        (
            policy.any_origin && policy.all_credentials,
            "credentials for any origin would let every page read what is a user's own: name the origins, or call \
             `allow_credentials_for`",
        ),
        (
            policy.null_origin && policy.all_credentials,
            "credentials for the origin `null` would let every page read what is a user's own, by a sandboxed \
             frame: call `allow_credentials_for` with origins",
        ),
        (
            policy.all_credentials && !policy.credentials_for.is_empty(),
            "credentials are for all allowed origins or for some: call `allow_credentials` or \
             `allow_credentials_for`",
        ),
        (
            policy.any_header && has_credentials,
            "with credentials, a browser does not read `*` as any header: name the headers",
        ),
        (
            !policy.any_origin && !names_some && policy.credentials_for.is_empty(),
            "the policy allows no origin: call `allow_origin`, or leave CORS out",
        ),
        (
            policy.any_origin && names_some,
            "where any origin is allowed, naming some or asking a predicate says nothing: leave one of them out",
        ),
        (
            policy.any_origin && policy.private_network,
            "a private network that any origin may reach is open to every page: name the origins",
        ),
        (
            policy.has_second_predicate,
            "there are two predicates: make one of them",
        ),
        (
            policy.methods.as_ref().is_some_and(Vec::is_empty),
            "the policy allows no method",
        ),
        (
            !policy.preflight_status.is_success(),
            "a browser takes a preflight only with a status of 200 to 299",
        ),
    ];
    let methods = policy.methods.iter().flatten();
    let forbidden = methods.filter(|method| FORBIDDEN_METHODS.contains(&method.as_str()));
    let forbidden = forbidden.map(|method| format!("`{method}` is a method that no page can send"));
    let wrong = checks.into_iter().filter(|(is_wrong, _)| *is_wrong);
    wrong
        .map(|(_, why)| why.to_owned())
        .chain(forbidden)
        .collect()
}

/// An origin, as browsers send it.
pub(crate) fn exact(text: &str) -> Result<HeaderValue, String> {
    let origin = Origin::parse(text).and_then(|_| HeaderValue::from_str(text).ok());
    origin.ok_or_else(|| match (text, meant(text)) {
        ("null", _) => "`null` is allowed by its own method, `allow_null_origin`".to_owned(),
        ("*", _) => "`*` is no origin: call `allow_any_origin`".to_owned(),
        _ if text.contains('*') => format!("`{text}` has a star: call `allow_origin_pattern`"),
        (_, Some(meant)) => {
            format!("`{text}` is no origin as browsers send it: write `{meant}`")
        }
        (_, None) => format!(
            "`{text}` is no origin as browsers send it: scheme and host in lower case, a port unless it is the \
             scheme's own, and nothing else, as in `https://app.example`"
        ),
    })
}

/// What somebody has probably meant.
fn meant(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", &text));
    let host = rest.split(['/', '?', '#']).next()?;
    let own_port = if scheme == "http" { ":80" } else { ":443" };
    let host = host.strip_suffix(own_port).unwrap_or(host);
    let meant = format!("{scheme}://{}", host.trim_end_matches('.'));
    Origin::parse(&meant).is_some().then_some(meant)
}

/// A header that a page can be allowed to send.
pub(crate) fn request_header(text: &str) -> Result<HeaderName, String> {
    let name = match text {
        "*" => Err("`*` is no header: call `allow_any_header`".to_owned()),
        _ => field(text),
    }?;
    if is_forbidden(&name) {
        let hint = match name.as_str() {
            "cookie" => ": cookies come with `allow_credentials`",
            _ => "",
        };
        return Err(format!("`{name}` is a header that no page can set{hint}"));
    }
    Ok(name)
}

/// The Fetch standard's "forbidden request-header".
fn is_forbidden(name: &HeaderName) -> bool {
    const FORBIDDEN: [&str; 20] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    let name = name.as_str();
    FORBIDDEN.contains(&name) || name.starts_with("proxy-") || name.starts_with("sec-")
}

/// A header that a page can be allowed to read.
pub(crate) fn response_header(text: &str) -> Result<HeaderName, String> {
    let name = match text {
        "*" => Err("`*` is no header: name what is exposed".to_owned()),
        _ => field(text),
    }?;
    if ["set-cookie", "set-cookie2"].contains(&name.as_str()) {
        return Err(format!("`{name}` is a header that no page can read"));
    }
    Ok(name)
}

fn field(name: &str) -> Result<HeaderName, String> {
    let field = HeaderName::from_bytes(name.as_bytes());
    field.map_err(|_| format!("`{name}` is no name of a header"))
}
