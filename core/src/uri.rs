//! Percent-encoding, for those who build URLs.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 section 2.3.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Everything but the unreserved and the reserved characters, and `%`.
const REFERENCE: &AsciiSet = &VALUE
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'%');

/// Encodes a text that becomes one part of a URL: a path segment, the name or the value of a query
/// parameter. Only letters, digits and `-._~` stay.
///
/// ```
/// assert_eq!(falcon_core::uri::encode_value("a/b c?é"), "a%2Fb%20c%3F%C3%A9");
/// ```
///
/// # Specification
///
/// RFC 3986 section 2.1. Falcon: `uri.encode_value`.
pub fn encode_value(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, VALUE).into()
}

/// Encodes what may not stand in a URL, and leaves its delimiters and whole escapes as they are. A
/// percent sign that begins no escape is encoded.
///
/// ```
/// assert_eq!(falcon_core::uri::encode("/a b?x=é&y=%20&z=5%"), "/a%20b?x=%C3%A9&y=%20&z=5%25");
/// ```
///
/// # Specification
///
/// RFC 3986 section 2.1. Falcon: `uri.encode_check_escaped`, which encodes escapes a second time
/// where anything else had to be encoded.
pub fn encode(text: &str) -> Cow<'_, str> {
    let is_escape =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    if text.split('%').skip(1).all(is_escape) {
        return utf8_percent_encode(text, REFERENCE).into();
    }
    let mut encoded = String::with_capacity(text.len() + 8);
    for (i, part) in text.split('%').enumerate() {
        if i > 0 {
            encoded.push_str(if is_escape(part) { "%" } else { "%25" });
        }
        encoded.extend(utf8_percent_encode(part, REFERENCE));
    }
    encoded.into()
}

/// Decodes the escapes of one part of a URL; `None` where they are not UTF-8. What is no escape
/// stands for itself; `+` is a plus.
///
/// ```
/// assert_eq!(falcon_core::uri::decode("caf%C3%A9+%zz").unwrap(), "café+%zz");
/// assert_eq!(falcon_core::uri::decode("%ff"), None);
/// ```
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().ok()
}
