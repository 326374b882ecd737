//! What is refused before the app sees it: requests that hyper lets through and RFC 9110 and 9112
//! do not.

use falcon_core::http::request::Parts;
use falcon_core::http::uri::Authority;
use falcon_core::http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use falcon_core::uri::parse_host;

/// Bytes of a request's target.
const MAX_TARGET: usize = 8192;

/// Bytes of all header lines together, as they stand on the wire.
const MAX_HEADERS: usize = 32_768;

/// Bytes of one header's name, and of its value.
const MAX_NAME: usize = 256;
const MAX_VALUE: usize = 16_384;

/// Bytes of a method's name; no known one is longer.
const MAX_METHOD: usize = 32;

/// Tells why a request is refused.
pub(crate) fn check(parts: &Parts) -> Result<(), (StatusCode, &'static str)> {
    check_method(&parts.method)?;
    check_target(parts)?;
    check_size(&parts.headers)?;
    check_content_type(&parts.headers)?;
    if parts.version <= Version::HTTP_11 {
        check_host(parts)?;
        check_framing(&parts.headers)?;
    }
    match parts.headers.get(header::EXPECT) {
        // An empty list expects nothing.
        Some(expected)
            if !expected.is_empty()
                && !expected.as_bytes().eq_ignore_ascii_case(b"100-continue") =>
        {
            Err((
                StatusCode::EXPECTATION_FAILED,
                "Only `100-continue` can be expected.",
            ))
        }
        _ => Ok(()),
    }
}

/// A tunnel is not to be had: a 2xx to CONNECT would make one (RFC 9110 section 9.3.6).
fn check_method(method: &Method) -> Result<(), (StatusCode, &'static str)> {
    if *method == Method::CONNECT || method.as_str().len() > MAX_METHOD {
        return Err((StatusCode::NOT_IMPLEMENTED, "The method is not known here."));
    }
    Ok(())
}

/// RFC 9112 section 3.2: a path, an absolute `http` URL without user, or `*`.
fn check_target(parts: &Parts) -> Result<(), (StatusCode, &'static str)> {
    let uri = &parts.uri;
    let authority = uri.authority().map_or("", Authority::as_str);
    let path = uri.path();
    if path.len() + uri.query().map_or(0, str::len) + authority.len() > MAX_TARGET {
        return Err((
            StatusCode::URI_TOO_LONG,
            "The request target is longer than 8192 bytes.",
        ));
    }
    if !path.starts_with('/') && path != "*" {
        return Err((StatusCode::BAD_REQUEST, "The request target has no path."));
    }
    if uri
        .scheme_str()
        .is_some_and(|scheme| scheme != "http" && scheme != "https")
    {
        return Err((
            StatusCode::BAD_REQUEST,
            "The request target is no http URL.",
        ));
    }
    if !authority.is_empty() && parse_host(authority).is_none() {
        return Err((
            StatusCode::BAD_REQUEST,
            "The request target needs a host, perhaps with a port, and no user.",
        ));
    }
    Ok(())
}

fn check_size(headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    let too_large = |why| Err((StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, why));
    let mut bytes = 0;
    for (name, value) in headers {
        if name.as_str().len() > MAX_NAME || value.len() > MAX_VALUE {
            return too_large("A header's name is longer than 256 bytes, or its value than 16384.");
        }
        // With the colon, the space and the line's end.
        bytes += name.as_str().len() + value.len() + 4;
    }
    if bytes > MAX_HEADERS {
        return too_large("The headers are longer than 32768 bytes.");
    }
    Ok(())
}

/// RFC 9110 section 8.3: one media type. Whoever takes the first of two and whoever takes the last
/// would read one body in two ways.
fn check_content_type(headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let first = types.next();
    if types.any(|other| Some(other) != first) {
        return Err((
            StatusCode::BAD_REQUEST,
            "A request has one Content-Type header at most.",
        ));
    }
    Ok(())
}

/// RFC 9112 section 3.2: exactly one `Host` with HTTP/1.1, and it must be a host.
fn check_host(parts: &Parts) -> Result<(), (StatusCode, &'static str)> {
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let wrong = match (hosts.next(), hosts.next()) {
        (None, _) => parts.version == Version::HTTP_11,
        (Some(host), None) => !is_host(host),
        (Some(_), Some(_)) => true,
    };
    if wrong {
        Err((
            StatusCode::BAD_REQUEST,
            "A request needs one valid Host header.",
        ))
    } else {
        Ok(())
    }
}

fn is_host(host: &HeaderValue) -> bool {
    host.to_str().is_ok_and(|host| parse_host(host).is_some())
}

/// RFC 9112 section 6.1: `chunked` alone is understood, and once.
fn check_framing(headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else {
        return Ok(());
    };
    let coding = coding.as_bytes().trim_ascii();
    if codings.next().is_none() && coding.eq_ignore_ascii_case(b"chunked") {
        return Ok(());
    }
    let mut names = coding.split(|b| *b == b',').map(<[u8]>::trim_ascii);
    if names.any(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"chunked")) {
        return Err((
            StatusCode::NOT_IMPLEMENTED,
            "The only transfer coding that is known here is `chunked`.",
        ));
    }
    Err((
        StatusCode::BAD_REQUEST,
        "The Transfer-Encoding header is malformed.",
    ))
}
