//! The `Forwarded` header.

use std::net::{IpAddr, SocketAddr};

use super::split::{split_unquoted, take_word};

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
const MAX_HOPS: usize = 100;

impl Forwarded {
    /// Parses the header's value, all its lines joined by commas, nearest client first.
    ///
    /// Of an element that is malformed, what stands before the fault counts; one without any pair
    /// is left out. Beyond 100 elements nothing is read.
    pub fn parse(value: &str) -> Vec<Self> {
        split_unquoted(value, b',')
            .take(MAX_HOPS)
            .map(Self::element)
            .filter(|hop| *hop != Self::default())
            .collect()
    }

    fn element(text: &str) -> Self {
        let mut hop = Self::default();
        let mut rest = text;
        while let Some((name, after)) = take_word(rest.trim_start_matches([' ', '\t', ';'])) {
            let Some((value, after)) = after.strip_prefix('=').and_then(take_word) else {
                break;
            };
            hop.set(&name, &value);
            if !after.starts_with([';', ' ', '\t']) {
                break;
            }
            rest = after;
        }
        hop
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

/// The address of a node: with or without port and brackets.
pub(crate) fn node_addr(node: &str) -> Option<IpAddr> {
    let node = node.trim();
    let bare = node
        .strip_prefix('[')
        .and_then(|node| node.strip_suffix(']'))
        .unwrap_or(node);
    let with_port = || node.parse::<SocketAddr>().map(|addr| addr.ip());
    bare.parse().or_else(|_| with_port()).ok()
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
    fn addresses_are_read_with_and_without_port() {
        for (node, addr) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:80", "192.0.2.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            (" 2001:db8::1 ", "2001:db8::1"),
        ] {
            assert_eq!(node_addr(node), Some(addr.parse().unwrap()), "{node}");
        }
        for node in ["", "unknown", "_x", "1.2.3", "[::1", "1.2.3.4:99999"] {
            assert_eq!(node_addr(node), None, "{node}");
        }
    }
}
