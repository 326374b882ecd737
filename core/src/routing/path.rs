//! Which paths are paths at all.

use crate::error::HttpError;

/// Refuses a path that no template could rightly match, before routing.
///
/// RFC 3986: an escape is `%` and two hex digits (section 2.1), everything else is ASCII without
/// backslash (section 3.3). Beyond it: what the escapes give is UTF-8 without control characters,
/// so that a field is text that can go into a log or a header.
pub(crate) fn check_path(path: &str) -> Result<(), HttpError> {
    if !path
        .bytes()
        .any(|b| b == b'%' || b == b'\\' || !b.is_ascii())
    {
        return Ok(());
    }
    let refuse = |why: &'static str| {
        Err(HttpError::bad_request()
            .title("Invalid path")
            .code("invalid_path")
            .detail(why))
    };
    if !path.is_ascii() {
        return refuse("A character that is not ASCII must be percent-encoded in the path.");
    }
    if path.contains('\\') {
        return refuse("A backslash must be percent-encoded in the path.");
    }
    let whole =
        |escape: &str| escape.len() >= 2 && escape.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    if !path.split('%').skip(1).all(whole) {
        return refuse("A percent sign in the path must be followed by two hex digits.");
    }
    for segment in path.split('/').filter(|segment| segment.contains('%')) {
        match percent_encoding::percent_decode_str(segment).decode_utf8() {
            Ok(text) if text.chars().any(char::is_control) => {
                return refuse("The path holds an escaped control character.");
            }
            Ok(_) => {}
            Err(_) => return refuse("The path holds escapes that are not UTF-8."),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_path;

    #[test]
    fn only_whole_escapes_of_utf8_text_are_taken() {
        for path in [
            "/",
            "/a-b_c.~",
            "/caf%C3%A9",
            "/%2f",
            "/%5C",
            "/a%20b",
            "*",
            "",
        ] {
            assert!(check_path(path).is_ok(), "{path}");
        }
        for path in [
            "/%zz", "/a%", "/a%4", "/%ff", "/%c0%ae", "/%0d%0aX", "/%00", "/%7f", "/a\\b",
            "/\u{e9}",
        ] {
            assert!(check_path(path).is_err(), "{path}");
        }
    }
}
