//! Who is calling: the peer, and what trusted proxies say of those behind it.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use http::HeaderName;

use super::Request;
use crate::app::SetupError;
use crate::header::{Forwarded, node_addr};

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

/// Whom to believe about the client: the networks in which proxies of your own stand, and the
/// header in which they write.
///
/// Name the header that your outermost proxy sets or appends to; the other one comes from anybody.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, TrustedProxies};
///
/// let mut app = App::new();
/// app.set_trusted_proxies(TrustedProxies::x_forwarded(["10.0.0.0/8", "::1"])?);
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
}

/// The leading bits that the addresses of a network have in common.
#[derive(Clone, Copy, Debug)]
struct Network {
    bits: u128,
    length: u32,
}

/// A chain of proxies is short; what stands farther left is not looked at.
const MAX_HOPS: usize = 100;

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

    /// Trusts what these proxies write into `X-Forwarded-For`, `-Proto` and `-Host`.
    ///
    /// # Errors
    ///
    /// As [`forwarded`](Self::forwarded).
    pub fn x_forwarded<N>(networks: N) -> Result<Self, SetupError>
    where
        N: IntoIterator<Item: AsRef<str>>,
    {
        Self::new(false, networks)
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
        let peer = self.peer_addr()?.ip();
        let proxies = self.app.proxies();
        if !proxies.contains(peer) {
            return Some(peer);
        }
        let mut client = peer;
        for hop in self.hops().into_iter().rev().take(MAX_HOPS) {
            let Some(addr) = hop else { break };
            client = addr;
            if !proxies.contains(addr) {
                break;
            }
        }
        Some(client.to_canonical())
    }

    /// The addresses that the trusted header tells, the client's first.
    fn hops(&self) -> Vec<Option<IpAddr>> {
        if self.app.proxies().by_forwarded {
            return self.forwarded().iter().map(Forwarded::for_addr).collect();
        }
        let value = self.x_header("x-forwarded-for").unwrap_or_default();
        value.split(',').map(node_addr).collect()
    }

    /// What a trusted proxy says of the scheme or the host by which it was reached.
    pub(super) fn told_by_proxy(
        &self,
        x_header: &'static str,
        of: impl Fn(&Forwarded) -> Option<&str>,
    ) -> Option<String> {
        let proxies = self.app.proxies();
        if !self
            .peer_addr()
            .is_some_and(|peer| proxies.contains(peer.ip()))
        {
            return None;
        }
        if proxies.by_forwarded {
            // The element of the outermost proxy that is trusted: it alone saw the client.
            let hops = self.forwarded();
            let outermost = hops
                .iter()
                .rev()
                .find(|hop| !hop.for_addr().is_some_and(|addr| proxies.contains(addr)));
            return outermost
                .or_else(|| hops.first())
                .and_then(of)
                .map(str::to_owned);
        }
        let value = self.x_header(x_header)?;
        value.rsplit(',').next().map(|last| last.trim().to_owned())
    }

    fn x_header(&self, name: &'static str) -> Option<Cow<'_, str>> {
        self.lines(&HeaderName::from_static(name), ",")
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
