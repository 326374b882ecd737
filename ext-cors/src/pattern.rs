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
    takes_public_suffix: bool,
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
            takes_public_suffix,
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
            && (self.takes_public_suffix || self.is_of_one_owner(origin))
    }

    /// Whether no public suffix lies between the two: what is below `s3.amazonaws.com` is not of
    /// those who have `amazonaws.com`.
    fn is_of_one_owner(&self, origin: &Origin<'_>) -> bool {
        let suffix = psl::suffix(origin.host().as_bytes()).filter(psl::Suffix::is_known);
        suffix.is_none_or(|suffix| suffix.as_bytes().len() + 1 < self.parent.len())
    }
}

/// Whether anybody can have a name directly below this one: it is a public suffix, or all below it are.
fn is_public_suffix(host: &str) -> bool {
    let is_suffix = |host: &str| {
        let suffix = psl::suffix(host.as_bytes()).filter(psl::Suffix::is_known);
        suffix.is_some_and(|suffix| suffix.as_bytes() == host.as_bytes())
    };
    is_suffix(host) || is_suffix(&format!("x.{host}"))
}

#[cfg(test)]
mod tests {
    use super::{Origin, Pattern};

    /// Numbers that are the same in every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (self.0 >> 33) as usize % end
        }

        fn pick<T: Copy>(&mut self, from: &[T]) -> T {
            from[self.below(from.len())]
        }

        fn labels(&mut self, most: usize) -> Vec<&'static str> {
            let count = 1 + self.below(most);
            (0..count)
                .map(|_| self.pick(&["a", "b", "ab", "a-b", "x0"]))
                .collect()
        }
    }

    const SCHEMES: [&str; 3] = ["https", "http", "httpss"];
    const PORTS: [&str; 3] = ["", ":8443", ":844"];

    /// An origin in pieces, or none: what was spoilt by a character too many.
    type Pieces = Option<(&'static str, Vec<&'static str>, &'static str)>;

    fn some_origin(dice: &mut Dice) -> (String, Pieces) {
        let (scheme, labels, port) = (dice.pick(&SCHEMES), dice.labels(5), dice.pick(&PORTS));
        let mut text = format!("{scheme}://{}{port}", labels.join("."));
        if dice.below(4) > 0 {
            return (text, Some((scheme, labels, port)));
        }
        let at = dice.below(text.len() + 1);
        text.insert(
            at,
            dice.pick(&['/', '@', '%', '*', ' ', '\\', '?', '#', 'A', ',', '\0']),
        );
        (text, None)
    }

    #[test]
    fn patterns_agree_with_a_comparison_of_lists_on_a_million_pairs() {
        let mut dice = Dice(17);
        let origins: Vec<_> = (0..1_000).map(|_| some_origin(&mut dice)).collect();
        let parsed = origins.iter().map(|(text, _)| Origin::parse(text));
        let parsed: Vec<_> = parsed.collect();
        let (mut pairs, mut matches) = (0, 0);
        for _ in 0..1_000 {
            let (scheme, parent, port) = (dice.pick(&SCHEMES), dice.labels(3), dice.pick(&PORTS));
            let stars = dice.pick(&["*", "**"]);
            let text = format!("{scheme}://{stars}.{}{port}", parent.join("."));
            let pattern = Pattern::parse(&text, true).expect("a pattern");
            for ((origin, pieces), parsed) in origins.iter().zip(&parsed) {
                let is_below = |labels: &[&str]| {
                    labels.len() > parent.len()
                        && labels.ends_with(&parent)
                        && (stars == "**" || labels.len() == parent.len() + 1)
                };
                let expected = pieces
                    .as_ref()
                    .is_some_and(|(s, labels, p)| *s == scheme && *p == port && is_below(labels));
                let found = parsed.is_some_and(|parsed| pattern.matches(&parsed));
                assert_eq!(found, expected, "{text} and {origin}");
                pairs += 1;
                matches += usize::from(found);
            }
        }
        assert!(
            pairs == 1_000_000 && matches > 1_000,
            "{matches} of {pairs}"
        );
    }
}
