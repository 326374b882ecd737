//! Which `Content-Type` is which.

/// Tells whether a `Content-Type` means a media type: without regard to case and parameters,
/// except that a `charset` must be UTF-8 (RFC 9110 section 8.3; RFC 8259 section 8.1).
pub(crate) fn is(content_type: &str, wanted: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or("");
    essence.eq_ignore_ascii_case(wanted) && parts.all(is_harmless)
}

fn is_harmless(param: &str) -> bool {
    match param.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        Some((name, _)) => is_token(name.trim()),
        None => param.is_empty(),
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::is;

    #[test]
    fn spelling_does_not_count_and_meaning_does() {
        for same in [
            "application/json",
            "APPLICATION/JSON",
            "application/json;charset=UTF-8",
            "application/json; charset=\"utf-8\"",
            "application/json;",
            "application/json ; a=b",
        ] {
            assert!(is(same, "application/json"), "{same}");
        }
        for other in [
            "",
            "text/plain",
            "application/json; charset=utf-16",
            "application/json, text/plain",
            "application/json\ta",
            "application/jsonx",
            "application/json/..",
            "application/vnd.api+json",
            "application/json; a",
            "application/json; =b",
        ] {
            assert!(!is(other, "application/json"), "{other}");
        }
    }
}
