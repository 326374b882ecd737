//! What a request says of where it comes from.

use falcon_core::header::{
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue, ORIGIN,
};
use falcon_core::{HttpError, Method, Request, Result};

/// From so many names on, a hash is faster than a look at each.
const MANY: usize = 8;

/// Whether a header is there. Every request is asked this twice, and most have no `Origin`.
#[inline]
pub(crate) fn has(headers: &HeaderMap, name: &HeaderName) -> bool {
    if headers.keys_len() < MANY {
        headers.keys().any(|own| own == name)
    } else {
        headers.contains_key(name)
    }
}

/// The origin; `None` where there is none.
///
/// # Errors
///
/// 400 if there are two.
pub(crate) fn origin(req: &Request) -> Result<Option<&HeaderValue>> {
    let mut origins = req.headers().get_all(ORIGIN).iter();
    let origin = origins.next();
    if origins.next().is_some() {
        let why = "A request has one Origin at most.";
        Err(HttpError::invalid_header("Origin", why))?;
    }
    Ok(origin)
}

/// The method that a preflight asks for, of a request with an origin; `None` of what is no preflight
/// (Fetch standard, "CORS-preflight request").
pub(crate) fn preflight_method(req: &Request) -> Option<&str> {
    if *req.method() != Method::OPTIONS {
        return None;
    }
    let asked = req.headers().get(ACCESS_CONTROL_REQUEST_METHOD)?;
    Some(asked.to_str().unwrap_or(""))
}

/// Whether the page is one of this server's own: browsers name the origin of those too, wherever a
/// request may change something. `Sec-Fetch-Site` counts since no page can set it.
pub(crate) fn is_same_origin(req: &Request, origin: &HeaderValue) -> bool {
    if req.header("sec-fetch-site") == Some("same-origin") {
        return true;
    }
    let Some(authority) = req.authority() else {
        return false;
    };
    let own = format!("{}://{authority}", req.scheme());
    own.eq_ignore_ascii_case(origin.to_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, HeaderName, HeaderValue, ORIGIN, has};

    #[test]
    fn a_name_is_found_among_few_and_among_many() {
        for others in 0..20_u8 {
            let names = (b'a'..).take(others.into());
            let name = |byte| HeaderName::from_bytes(&[b'x', byte]).expect("a name");
            let value = HeaderValue::from_static("v");
            let mut headers: HeaderMap = names.map(|byte| (name(byte), value.clone())).collect();
            assert!(!has(&headers, &ORIGIN), "{others}");
            headers.append(ORIGIN, value.clone());
            headers.append(ORIGIN, value);
            assert!(has(&headers, &ORIGIN), "{others}");
        }
    }
}
