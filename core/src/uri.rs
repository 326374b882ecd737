//! The parts of URLs: percent-encoding, host and port.

use std::borrow::Cow;
use std::net::Ipv6Addr;

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

/// Writes the parameters of a query, without the question mark.
///
/// ```
/// use falcon_core::uri::encode_query;
///
/// assert_eq!(encode_query([("q", "a b"), ("page", "2")]), "q=a%20b&page=2");
/// ```
///
/// Falcon: `to_query_str`.
pub fn encode_query<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> String
where
    N: AsRef<str>,
    V: AsRef<str>,
{
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(utf8_percent_encode(name.as_ref(), VALUE));
        query.push('=');
        query.extend(utf8_percent_encode(value.as_ref(), VALUE));
    }
    query
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

/// Takes a host with or without a port apart: `example.com:8080`, `[::1]:80`. The host comes
/// without the brackets of an IPv6 address; a port that is empty counts as none.
///
/// `None` for anything else, a user before the host included: whoever compares a host must know
/// that it is all there is.
///
/// ```
/// use falcon_core::uri::parse_host;
///
/// assert_eq!(parse_host("example.com:8080"), Some(("example.com", Some(8080))));
/// assert_eq!(parse_host("[::1]"), Some(("::1", None)));
/// assert_eq!(parse_host("good.example@evil.example"), None);
/// assert_eq!(parse_host("[good.example]evil.example"), None);
/// ```
///
/// # Specification
///
/// RFC 3986 section 3.2, RFC 9110 section 7.2. Falcon: `uri.parse_host`.
pub fn parse_host(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, port) = bracketed.split_once(']')?;
        host.parse::<Ipv6Addr>().ok()?;
        (host, port)
    } else {
        let colon = authority.find(':').unwrap_or(authority.len());
        let (host, port) = authority.split_at_checked(colon)?;
        (!host.is_empty() && host.bytes().all(is_name_byte)).then_some((host, port))?
    };
    match port.strip_prefix(':') {
        None => port.is_empty().then_some((host, None)),
        Some("") => Some((host, None)),
        Some(digits) => {
            let is_number = digits.bytes().all(|b| b.is_ascii_digit());
            let port = digits.parse().ok().filter(|_| is_number)?;
            Some((host, Some(port)))
        }
    }
}

/// A byte of a registered name (RFC 3986 section 3.2.2).
fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::parse_host;

    #[test]
    fn a_host_is_a_name_or_an_address_with_a_port_or_none() {
        for (text, host, port) in [
            ("a", "a", None),
            ("a:", "a", None),
            ("a.example:80", "a.example", Some(80)),
            ("192.0.2.1:65535", "192.0.2.1", Some(65535)),
            ("[2001:db8::1]", "2001:db8::1", None),
            ("[::ffff:1.2.3.4]:80", "::ffff:1.2.3.4", Some(80)),
            ("sub_domain~1.x%20", "sub_domain~1.x%20", None),
        ] {
            assert_eq!(parse_host(text), Some((host, port)), "{text}");
        }
        for text in [
            "",
            ":80",
            "a:b",
            "a:65536",
            "a:+1",
            "a:8:0",
            "::1",
            "[::1",
            "[]",
            "[a]",
            "[::1]x",
            "[::1]:x",
            "[::1]80",
            "[fe80::1%25eth0]",
            "user@a",
            "a:80@evil",
            "a b",
            "a/b",
            "a\\b",
            "a\"b",
            "caf\u{e9}",
        ] {
            assert_eq!(parse_host(text), None, "{text}");
        }
    }
}
