//! Who is calling: the peer, and what trusted proxies say of those behind it.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use super::Request;
use crate::app::SetupError;
use crate::header::{Forwarded, MAX_HOPS, node_addr};
use crate::uri::parse_host;

/// The address of the peer of a connection, where another layer knows it: put it into the
/// request's extensions. A server of ours uses [`AppService::with_peer`](crate::AppService::with_peer).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(SocketAddr);

impl PeerAddr {
    /// Takes the address as the socket reports it.
    pub fn new(addr: SocketAddr) -> Self {
        Self(addr)
    }

    /// Returns the address.
    pub fn get(self) -> SocketAddr {
        self.0
    }
}

/// The certificate that a client has shown and the server has verified, where it ends TLS: the server puts
/// it into the request's extensions, and what authenticates callers reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate(Bytes);

impl ClientCertificate {
    /// Takes the client's own certificate, in DER, without those that vouch for it.
    pub fn new(der: impl Into<Bytes>) -> Self {
        Self(der.into())
    }

    /// Returns the certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientCertificate({} bytes)", self.0.len())
    }
}

/// Whom to believe about the client: the networks in which proxies of your own stand, and the
/// header in which they write.
///
/// Name the headers that your outermost proxy sets or appends to; the others come from anybody.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, TrustedProxies};
///
/// let mut app = App::new();
/// app.set_trusted_proxies(TrustedProxies::x_forwarded_for(["10.0.0.0/8", "::1"])?.with_proto());
/// # Ok::<(), falcon_core::SetupError>(())
/// ```
///
/// # Specification
///
/// RFC 7239; `X-Forwarded-For`, `-Proto` and `-Host` by usage.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<Network>,
    by_forwarded: bool,
    /// Whether `X-Forwarded-Proto` and `-Host` are believed.
    proto: bool,
    host: bool,
}

/// The leading bits that the addresses of a network have in common.
#[derive(Clone, Copy, Debug)]
struct Network {
    bits: u128,
    length: u32,
}

impl TrustedProxies {
    /// Trusts what these proxies write into `Forwarded`.
    ///
    /// **Shape:** addresses, `::1`, and networks, `10.0.0.0/8`.
    ///
    /// # Errors
    ///
    /// A sentence that names the text which is neither.
    pub fn forwarded<N>(networks: N) -> Result<Self, SetupError>
    where
        N: IntoIterator<Item: AsRef<str>>,
    {
        Self::new(true, networks)
    }

    /// Trusts what these proxies append to `X-Forwarded-For`, and, where that is said too, what
    /// they write into [`-Proto`](Self::with_proto) and [`-Host`](Self::with_host).
    ///
    /// # Errors
    ///
    /// As [`forwarded`](Self::forwarded).
    pub fn x_forwarded_for<N>(networks: N) -> Result<Self, SetupError>
    where
        N: IntoIterator<Item: AsRef<str>>,
    {
        Self::new(false, networks)
    }

    /// Trusts `X-Forwarded-Proto` for the scheme: say so only if the proxies set it, since one
    /// that does not hands on what the client made up. The last value counts.
    #[must_use]
    pub fn with_proto(mut self) -> Self {
        self.proto = true;
        self
    }

    /// Trusts `X-Forwarded-Host` for the host; for this, too, the proxies must set it. The last
    /// value counts.
    #[must_use]
    pub fn with_host(mut self) -> Self {
        self.host = true;
        self
    }

    fn new<N>(by_forwarded: bool, networks: N) -> Result<Self, SetupError>
    where
        N: IntoIterator<Item: AsRef<str>>,
    {
        let parse = |text: N::Item| {
            let text = text.as_ref();
            let wrong = || format!("`{text}` is no address and no network such as 10.0.0.0/8");
            Network::parse(text).ok_or_else(|| SetupError::new(wrong()))
        };
        let networks = networks.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self {
            networks,
            by_forwarded,
            proto: by_forwarded,
            host: by_forwarded,
        })
    }

    fn contains(&self, addr: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(addr))
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (addr, length) = match text.split_once('/') {
            Some((addr, length)) => (addr, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let addr: IpAddr = addr.parse().ok()?;
        let most = if addr.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(most);
        (length <= most).then_some(Self {
            bits: bits(addr),
            length: length + (128 - most),
        })
    }

    fn contains(self, addr: IpAddr) -> bool {
        let apart = (self.bits ^ bits(addr)).leading_zeros();
        apart >= self.length
    }
}

/// An address as one number; IPv4 where IPv6 has it (RFC 4291 section 2.5.5.2).
fn bits(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Request {
    /// Returns the address of the peer of the connection, if the server told it.
    ///
    /// Behind a proxy this is the proxy's address.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        let told = || self.parts.extensions.get::<PeerAddr>().copied();
        self.peer.or_else(told).map(PeerAddr::get)
    }

    /// Returns the address of the client: the peer's, or, where the peer is a
    /// [trusted proxy](TrustedProxies), the nearest one in its header that is no trusted proxy.
    ///
    /// What is no address ends the search, and the last address before it counts.
    pub fn client_addr(&self) -> Option<IpAddr> {
        let mut client = self.peer_addr()?.ip();
        if let Some(proxies) = self.trusted_proxies() {
            for hop in self.hops(proxies).take(MAX_HOPS) {
                let Some(addr) = hop else { break };
                client = addr;
                if !proxies.contains(addr) {
                    break;
                }
            }
        }
        Some(client.to_canonical())
    }

    /// The proxies that are trusted, if the peer is one of them.
    fn trusted_proxies(&self) -> Option<&TrustedProxies> {
        let peer = self.peer_addr()?.ip();
        Some(self.app.proxies()).filter(|proxies| proxies.contains(peer))
    }

    /// The addresses that the trusted header tells, the one next to the peer first.
    fn hops<'a>(
        &'a self,
        proxies: &TrustedProxies,
    ) -> Box<dyn Iterator<Item = Option<IpAddr>> + 'a> {
        if proxies.by_forwarded {
            let addr = |hop: Option<Forwarded>| hop.and_then(|hop| hop.for_addr());
            return Box::new(self.forwarded_from_the_right().map(addr));
        }
        let lines = self.lines_from_the_right("x-forwarded-for");
        let nodes = lines.flat_map(|line| {
            let nodes = line.rsplit(',').map(str::to_owned);
            nodes.collect::<Vec<_>>()
        });
        Box::new(
            nodes
                .filter(|node| !node.trim_ascii().is_empty())
                .map(|node| node_addr(&node)),
        )
    }

    /// The elements of `Forwarded`, the peer's own first.
    fn forwarded_from_the_right(&self) -> impl Iterator<Item = Option<Forwarded>> {
        let lines = self.lines_from_the_right("forwarded");
        lines.flat_map(|line| Forwarded::from_the_right(&line).collect::<Vec<_>>())
    }

    /// The lines of a header, the last one first. What is no text is replaced, and spoils the
    /// element that it stands in, but none that a proxy has appended.
    fn lines_from_the_right(&self, name: &'static str) -> impl Iterator<Item = Cow<'_, str>> {
        let lines = self.parts.headers.get_all(name).into_iter();
        lines
            .rev()
            .map(|line| String::from_utf8_lossy(line.as_bytes()))
    }

    /// What the proxy that saw the client says of the request, where `Forwarded` is trusted.
    fn told_by_forwarded(&self, proxies: &TrustedProxies) -> Option<Forwarded> {
        let mut told = None;
        for hop in self.forwarded_from_the_right().take(MAX_HOPS) {
            let Some(hop) = hop else { break };
            let is_inner = hop.for_addr().is_some_and(|addr| proxies.contains(addr));
            told = Some(hop);
            if !is_inner {
                break;
            }
        }
        told
    }

    fn last_value(&self, name: &'static str) -> Option<String> {
        let line = self.lines_from_the_right(name).next()?;
        let last = line.rsplit(',').next()?;
        Some(last.trim_ascii().to_owned())
    }

    /// The scheme by which a trusted proxy was reached. What is no scheme counts as not told.
    pub(super) fn scheme_told(&self) -> Option<String> {
        let proxies = self.trusted_proxies().filter(|proxies| proxies.proto)?;
        let told = if proxies.by_forwarded {
            self.told_by_forwarded(proxies)?.proto()?.to_owned()
        } else {
            self.last_value("x-forwarded-proto")?.to_ascii_lowercase()
        };
        let rest = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
        let is_scheme =
            told.starts_with(|c: char| c.is_ascii_alphabetic()) && told.bytes().all(rest);
        is_scheme.then_some(told)
    }

    /// The host that a trusted proxy was sent. What is no host counts as not told.
    pub(super) fn authority_told(&self) -> Option<String> {
        let proxies = self.trusted_proxies().filter(|proxies| proxies.host)?;
        let told = if proxies.by_forwarded {
            self.told_by_forwarded(proxies)?.host()?.to_owned()
        } else {
            self.last_value("x-forwarded-host")?
        };
        parse_host(&told).is_some().then_some(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_that_begin_like_it() {
        let rows = [
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db9::1", true),
        ];
        for (network, addr, inside) in rows {
            let proxies = TrustedProxies::forwarded([network]).unwrap();
            assert_eq!(
                proxies.contains(addr.parse().unwrap()),
                inside,
                "{addr} in {network}"
            );
        }
        for wrong in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "localhost",
            "10.0.0.0/-1",
        ] {
            assert!(TrustedProxies::forwarded([wrong]).is_err(), "{wrong}");
        }
    }
}
