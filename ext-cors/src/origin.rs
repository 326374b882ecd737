//! Origins, as browsers send them.

use std::net::{Ipv4Addr, Ipv6Addr};

/// An origin that was taken apart: scheme, host and port.
///
/// **Shape:** only what a browser sends is one: a scheme and a host in lower case, a port unless it is
/// the scheme's own, and nothing else. `null` is none, and a host with a dot at its end is none either,
/// though browsers know such.
///
/// # Specification
///
/// The HTML standard, "serialization of an origin"; RFC 6454 section 6.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    text: &'a str,
    scheme: &'a str,
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Origin<'a> {
    /// Takes an origin apart; `None` where it is not just what a browser would send.
    ///
    /// ```
    /// use falcon_cors::Origin;
    ///
    /// let origin = Origin::parse("https://app.example:8443").unwrap();
    /// assert_eq!((origin.scheme(), origin.host(), origin.port()), ("https", "app.example", Some(8443)));
    /// assert!(Origin::parse("https://app.example:443").is_none());
    /// assert!(Origin::parse("https://app.example/").is_none());
    /// assert!(Origin::parse("https://user@app.example").is_none());
    /// ```
    pub fn parse(text: &'a str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let (_, port) = falcon_core::uri::parse_host(authority)?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
        // A port is as a number is written, and not the one that goes without saying.
        let host = match port {
            Some(port) => authority.strip_suffix(&format!(":{port}"))?,
            None => authority,
        };
        let is_plain = port != Some(0) && (port.is_none() || port != own_port(scheme));
        let is_scheme = is_scheme && !OPAQUE.contains(&scheme);
        (is_scheme && is_host(host) && is_plain).then_some(Self {
            text,
            scheme,
            host,
            port,
        })
    }

    /// Returns the origin as it was sent.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Returns the scheme, in lower case: `https`.
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// Returns the host, in lower case; an IPv6 address in its brackets.
    pub fn host(&self) -> &'a str {
        self.host
    }

    /// Returns the port; `None` where it is the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

impl std::fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text)
    }
}

/// Schemes whose pages have the origin `null`, and such that have no pages.
const OPAQUE: [&str; 8] = [
    "about",
    "blob",
    "data",
    "file",
    "ftp",
    "javascript",
    "ws",
    "wss",
];

fn own_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Labels of lower-case letters, digits, hyphens and underscores, or an address as the URL standard
/// writes it. A browser has made ASCII of everything else.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']');
        return address.is_some_and(is_canonical);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    let is_name = host.len() <= 253 && host.split('.').all(is_label);
    is_name && (!ends_in_number(host) || host.parse::<Ipv4Addr>().is_ok())
}

/// What a URL parser takes for an address (URL standard, "ends in a number checker").
fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or(host);
    let hexadecimal = last.strip_prefix("0x");
    last.bytes().all(|b| b.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The URL standard's "IPv6 serializer", which has no dots even for an IPv4 address in it.
fn is_canonical(address: &str) -> bool {
    let Ok(parsed) = address.parse::<Ipv6Addr>() else {
        return false;
    };
    let [.., high, low] = parsed.segments();
    let written = match parsed.to_ipv4_mapped() {
        Some(_) => format!("::ffff:{high:x}:{low:x}"),
        None => parsed.to_string(),
    };
    written == address
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn only_what_a_browser_sends_is_an_origin() {
        for good in [
            "https://app.example",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://[::ffff:7f00:1]:8080",
            "http://[2001:db8::1]",
            "https://1password.example",
            "https://a.0xg",
            "chrome-extension://abcdef",
            "https://xn--caf-dma.example",
        ] {
            assert!(Origin::parse(good).is_some(), "{good}");
        }
        for bad in [
            "null",
            "",
            "https://",
            "app.example",
            "HTTPS://app.example",
            "https://APP.example",
            "https://app.example.",
            "https://.app.example",
            "https://app..example",
            "https://app.example/",
            "https://app.example?",
            "https://app.example#",
            "https://a@app.example",
            "https://app.example:",
            "https://app.example:443",
            "http://app.example:80",
            "https://app.example:08443",
            "https://app.example:99999",
            "https://app.example, https://b.example",
            "https://app.example%60",
            "https://app.example\t",
            " https://app.example",
            "https://app_example\0",
            "https://[::1",
            "https://caf\u{e9}.example",
            "http://[0:0:0:0:0:0:0:1]:8080",
            "http://[2001:0db8::1]",
            "http://[::ffff:127.0.0.1]",
            "http://[::1%25lo]",
            "http://127.1",
            "http://127.0.0.01",
            "http://2130706433",
            "http://0x7f.0.0.1",
            "http://a.0x",
            "https://999.999.999.999",
            "https://a.1",
            "https://app.example:0",
            "file://a",
            "data://a",
            "ws://a.example",
            "1http://a",
        ] {
            assert!(Origin::parse(bad).is_none(), "{bad}");
        }
    }
}
