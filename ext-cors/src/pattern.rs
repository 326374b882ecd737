//! Patterns of origins: every host below another.

use crate::origin::Origin;

/// `https://*.app.example`, or `https://**.app.example` for any depth; with a port, if the origins have
/// one.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    scheme: String,
    /// With its dot before.
    parent: String,
    port: Option<u16>,
    any_depth: bool,
}

impl Pattern {
    /// Takes a pattern apart, or tells why it is none.
    pub(crate) fn parse(text: &str, takes_public_suffix: bool) -> Result<Self, String> {
        let shape = || {
            format!(
                "`{text}` is no pattern of origins: write `https://*.app.example`, with one star for one \
                 label, two for any number, and a port if it is not the scheme's own"
            )
        };
        let (scheme, host) = text.split_once("://").ok_or_else(shape)?;
        let (any_depth, parent) = match (host.strip_prefix("**."), host.strip_prefix("*.")) {
            (Some(parent), _) => (true, parent),
            (None, Some(parent)) => (false, parent),
            (None, None) => return Err(shape()),
        };
        let plain = format!("{scheme}://{parent}");
        let origin = Origin::parse(&plain).ok_or_else(shape)?;
        if origin.host().starts_with('[') || origin.host().parse::<std::net::IpAddr>().is_ok() {
            return Err(format!("`{text}` has an address, which nothing is below"));
        }
        if !takes_public_suffix && is_public_suffix(origin.host()) {
            return Err(format!(
                "`{text}` would allow whoever has a name below `{}`, which is a public suffix; if that is \
                 meant, call `allow_public_suffixes`",
                origin.host()
            ));
        }
        Ok(Self {
            scheme: origin.scheme().to_owned(),
            parent: format!(".{}", origin.host()),
            port: origin.port(),
            any_depth,
        })
    }

    pub(crate) fn matches(&self, origin: &Origin<'_>) -> bool {
        let Some(below) = origin.host().strip_suffix(self.parent.as_str()) else {
            return false;
        };
        origin.scheme() == self.scheme
            && origin.port() == self.port
            && !below.is_empty()
            && (self.any_depth || !below.contains('.'))
    }
}

/// Whether anybody can have a name directly below this one.
fn is_public_suffix(host: &str) -> bool {
    let suffix = psl::suffix(host.as_bytes());
    suffix.is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == host.as_bytes())
}
