//! The `Forwarded` header.

use std::net::IpAddr;

use super::split::{is_token, is_token_byte, split_unquoted, take_word};

/// What one proxy says about the hop before it: one element of `Forwarded`.
///
/// Anybody can send this header. What it says is true where the peer is a proxy of your own; see
/// [`TrustedProxies`](crate::TrustedProxies) and [`Request::client_addr`](crate::Request::client_addr).
///
/// # Examples
///
/// ```
/// use falcon_core::header::Forwarded;
///
/// let hops = Forwarded::parse("for=192.0.2.43;proto=HTTPS, for=\"[2001:db8::17]:4711\"");
/// assert_eq!(hops[0].proto(), Some("https"));
/// assert_eq!(hops[1].for_addr(), Some("2001:db8::17".parse().unwrap()));
/// ```
///
/// # Specification
///
/// RFC 7239 section 4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forwarded {
    for_node: Option<String>,
    by_node: Option<String>,
    host: Option<String>,
    proto: Option<String>,
}

/// A chain of proxies is short; a longer header is somebody's game.
pub(crate) const MAX_HOPS: usize = 100;

impl Forwarded {
    /// Parses the header's value, all its lines joined by commas, nearest client first.
    ///
    /// Of an element that is malformed, what stands before the fault counts; one without any pair
    /// is left out. Beyond 100 elements nothing is read.
    pub fn parse(value: &str) -> Vec<Self> {
        split_unquoted(value, b',')
            .take(MAX_HOPS)
            .filter_map(Self::element)
            .collect()
    }

    fn element(text: &str) -> Option<Self> {
        let mut hop = None;
        let mut rest = text;
        while let Some((name, after)) = take_word(rest.trim_start_matches([' ', '\t', ';'])) {
            let Some((value, after)) = after.strip_prefix('=').and_then(take_word) else {
                break;
            };
            hop.get_or_insert_with(Self::default).set(&name, &value);
            if !after.starts_with([';', ' ', '\t']) {
                break;
            }
            rest = after;
        }
        hop
    }

    /// The elements of one header line, the one written last first; `None` stands for what is
    /// malformed, and nothing follows it.
    ///
    /// Whoever appends to what it was sent must not be misread because of it. So the line is taken
    /// apart from its end: an element is the shortest text after a comma that is one as a whole,
    /// whatever quotation mark was left open before it.
    pub(crate) fn from_the_right(line: &str) -> impl Iterator<Item = Option<Self>> {
        let mut rest = Some(line);
        std::iter::from_fn(move || {
            loop {
                let line: &str = rest.take()?;
                let commas = line.rmatch_indices(',').map(|(at, _)| Some(at));
                let starts = commas.take(MAX_HOPS).chain([None]);
                let found = starts.into_iter().find_map(|comma| {
                    let element = line.get(comma.map_or(0, |at| at + 1)..)?;
                    Some((comma, element, Self::whole(element)?))
                });
                let Some((comma, text, element)) = found else {
                    return Some(None);
                };
                rest = comma.and_then(|at| line.get(..at));
                // An empty element is none at all (RFC 9110 section 5.6.1).
                if !text.trim_ascii().is_empty() {
                    return Some(Some(element));
                }
            }
        })
    }

    /// An element without a fault.
    fn whole(text: &str) -> Option<Self> {
        let mut hop = Self::default();
        for pair in split_unquoted(text, b';').map(str::trim_ascii) {
            if pair.is_empty() {
                continue;
            }
            let (name, value) = pair.split_once('=')?;
            if !is_token(name) || hop.has(name) {
                return None;
            }
            match take_word(value) {
                Some((value, "")) => hop.set(name, &value),
                // Addresses that somebody forgot to quote.
                _ if value
                    .bytes()
                    .all(|b| is_token_byte(b) || b"[]:".contains(&b)) =>
                {
                    hop.set(name, value);
                }
                _ => return None,
            }
        }
        Some(hop)
    }

    fn has(&self, name: &str) -> bool {
        let known = [
            ("for", &self.for_node),
            ("by", &self.by_node),
            ("host", &self.host),
            ("proto", &self.proto),
        ];
        known
            .iter()
            .any(|(known, value)| value.is_some() && name.eq_ignore_ascii_case(known))
    }

    fn set(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case("for") {
            self.for_node = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("by") {
            self.by_node = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("host") {
            self.host = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("proto") {
            self.proto = Some(value.to_ascii_lowercase());
        }
    }

    /// Returns the node that made the request: an address, perhaps with a port, `unknown`, or a
    /// name that begins with an underscore.
    pub fn for_node(&self) -> Option<&str> {
        self.for_node.as_deref()
    }

    /// Returns the address of the node that made the request, if it is one.
    pub fn for_addr(&self) -> Option<IpAddr> {
        node_addr(self.for_node()?)
    }

    /// Returns the interface at which the proxy got the request.
    pub fn by_node(&self) -> Option<&str> {
        self.by_node.as_deref()
    }

    /// Returns the `Host` that the proxy was sent.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Returns the scheme by which the proxy was reached, in lower case.
    pub fn proto(&self) -> Option<&str> {
        self.proto.as_deref()
    }
}

/// The address of a node: with or without brackets, and with or without a port, which may be a
/// name that hides it (RFC 7239 section 6).
pub(crate) fn node_addr(node: &str) -> Option<IpAddr> {
    let node = node.trim_ascii();
    let (addr, port) = match node.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((addr, port)) => (addr.parse().ok().map(IpAddr::V6)?, port),
        None if node.matches(':').count() > 1 => return node.parse().ok().map(IpAddr::V6),
        None => {
            let (addr, port) = node.split_at_checked(node.find(':').unwrap_or(node.len()))?;
            (addr.parse().ok().map(IpAddr::V4)?, port)
        }
    };
    let is_port =
        |port: &str| port.parse::<u16>().is_ok() || port.strip_prefix('_').is_some_and(is_token);
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(addr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_spoils_no_other_element() {
        let hops = Forwarded::parse("garbage, for=1.2.3.4:80;by=\"x\", for=\"[::1");
        let nodes: Vec<_> = hops
            .iter()
            .map(|hop| (hop.for_node(), hop.by_node(), hop.host()))
            .collect();
        assert_eq!(nodes, [(Some("1.2.3.4"), None, None)]);
        let hops = Forwarded::parse("For=_hidden ; HOST=\"a:1\", =, ;;");
        assert_eq!(hops.len(), 1);
        assert_eq!(hops[0].host(), Some("a:1"));
        assert_eq!(hops[0].for_addr(), None);
    }

    #[test]
    fn from_the_right_no_element_is_misread_for_what_stands_before_it() {
        let nodes = |line: &str| -> Vec<Option<String>> {
            let hops = Forwarded::from_the_right(line);
            hops.map(|hop| hop.map(|hop| hop.for_node().unwrap_or("-").to_owned()))
                .collect()
        };
        let told = |node: &str| Some(node.to_owned());
        for (line, found) in [
            ("", vec![]),
            (" , ,", vec![]),
            ("for=a, for=b", vec![told("b"), told("a")]),
            ("for=a;by=\", for=\"[::1]\"", vec![told("[::1]"), None]),
            ("for=a, secret=1", vec![told("-"), told("a")]),
            ("for=a, garbage", vec![None]),
            ("for=a;for=b", vec![None]),
            ("for=\"a, for=b\"", vec![told("a, for=b")]),
            ("host=\"x, for=\\\"b\\\"\"; FOR=c", vec![told("c")]),
            ("for=1.2.3.4:80 ; proto=http", vec![told("1.2.3.4:80")]),
        ] {
            assert_eq!(nodes(line), found, "{line}");
        }
        let hostile = ",for=\"x".repeat(3_001);
        assert_eq!(nodes(&hostile), [None]);
    }

    #[test]
    fn addresses_are_read_with_and_without_port() {
        for (node, addr) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:80", "192.0.2.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            (" 2001:db8::1 ", "2001:db8::1"),
            ("192.0.2.1:_hidden", "192.0.2.1"),
            ("[2001:db8::1]:_p", "2001:db8::1"),
        ] {
            assert_eq!(node_addr(node), Some(addr.parse().unwrap()), "{node}");
        }
        for node in [
            "",
            "unknown",
            "_x",
            "1.2.3",
            "[::1",
            "1.2.3.4:99999",
            "1.2.3.4:",
            "1.2.3.4:_",
            "[1.2.3.4]",
            "[::1]x",
        ] {
            assert_eq!(node_addr(node), None, "{node}");
        }
    }
}
