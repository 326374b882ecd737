//! The `Accept-Encoding` header.

use std::borrow::Cow;

use super::quality::{best, elements, rated};
use super::split::is_token;

/// The content codings that a client can decode, with their qualities.
///
/// **Shape:** codings compare without case, `x-gzip` is `gzip`; an element that is malformed is
/// passed over.
///
/// # Examples
///
/// ```
/// use falcon_core::header::AcceptEncoding;
///
/// let codings = AcceptEncoding::new("gzip;q=0.8, br");
/// assert_eq!(codings.best_of(&["zstd", "br", "gzip", "identity"]), Some("br"));
/// assert_eq!(AcceptEncoding::new("*;q=0").best_of(&["gzip", "identity"]), None);
/// ```
///
/// # Specification
///
/// RFC 9110 section 12.5.3.
#[derive(Clone, Debug)]
pub struct AcceptEncoding<'a> {
    value: Cow<'a, str>,
}

impl<'a> AcceptEncoding<'a> {
    /// Takes the header's value; several header lines are to be joined by commas.
    pub fn new(value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            value: value.into(),
        }
    }

    /// Returns the quality of a coding in thousandths: 1000 is best, 0 is not acceptable.
    ///
    /// `identity`, which is no coding at all, is acceptable unless it is refused, by name or by
    /// `*`: where nothing is said of it, it is liked least.
    pub fn quality(&self, coding: &str) -> u16 {
        let unsaid = u16::from(coding.eq_ignore_ascii_case("identity"));
        self.told(coding).unwrap_or(unsaid)
    }

    /// What the header says of a coding, by its name or by `*`.
    fn told(&self, coding: &str) -> Option<u16> {
        let (mut named, mut any) = (None, None);
        let codings = elements(&self.value).filter_map(rated);
        for (own, quality) in codings.filter(|(own, _)| is_token(own)) {
            if own == "*" {
                any = any.max(Some(quality));
            } else if plain(own).eq_ignore_ascii_case(plain(coding)) {
                named = named.max(Some(quality));
            }
        }
        named.or(any)
    }

    /// Returns the coding that the client likes best; of equals the first. `None` where it accepts
    /// none of them.
    pub fn best_of<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        // What is not told is liked less than what is liked least.
        let rank = |coding: &str| match self.told(coding) {
            Some(quality) => quality * 2,
            None => self.quality(coding),
        };
        best(offers, rank)
    }
}

/// RFC 9110 section 8.4.1.3.
fn plain(coding: &str) -> &str {
    let old = coding.eq_ignore_ascii_case("x-gzip");
    if old { "gzip" } else { coding }
}

#[cfg(test)]
mod tests {
    use super::AcceptEncoding;

    #[test]
    fn identity_is_refused_only_by_name_or_star() {
        let rows = [
            ("", "identity", 1),
            ("", "gzip", 0),
            ("gzip;q=0.001", "identity", 1),
            ("*;q=0", "identity", 0),
            ("*;q=0, identity;q=0.5", "identity", 500),
            ("identity;q=0", "gzip", 0),
            ("X-GZIP;q=0.5", "gzip", 500),
            ("gzip;q=0, *", "gzip", 0),
            ("gzip;q=2, br", "gzip", 0),
        ];
        for (header, coding, quality) in rows {
            let header = AcceptEncoding::new(header);
            assert_eq!(header.quality(coding), quality, "{header:?} for {coding}");
        }
    }
}
