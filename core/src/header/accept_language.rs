//! The `Accept-Language` header.

use std::borrow::Cow;

use super::quality::{best, elements, rated};

/// The languages that a client likes to read, with their qualities.
///
/// **Shape:** tags compare without case; an element that is malformed is passed over, and where
/// all are, every language is as good as another.
///
/// # Examples
///
/// ```
/// use falcon_core::header::AcceptLanguage;
///
/// let languages = AcceptLanguage::new("da, en-gb;q=0.8, en;q=0.7");
/// assert_eq!(languages.best_of(&["en", "fr", "da"]), Some("da"));
/// assert_eq!(languages.best_of(&["en-US", "en-GB"]), Some("en-GB"));
/// assert_eq!(languages.best_of(&["fr"]), None);
/// ```
///
/// # Specification
///
/// RFC 9110 section 12.5.4; RFC 4647 sections 3.3.1 and 3.4.
#[derive(Clone, Debug)]
pub struct AcceptLanguage<'a> {
    value: Cow<'a, str>,
}

impl<'a> AcceptLanguage<'a> {
    /// Takes the header's value; several header lines are to be joined by commas.
    pub fn new(value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            value: value.into(),
        }
    }

    /// Returns the quality of a language tag in thousandths, by basic filtering: `de` matches `de`
    /// and `de-AT`, `de-AT` does not match `de`. The longest range that matches decides.
    pub fn quality(&self, tag: &str) -> u16 {
        self.rate(|range| filter(range, tag))
    }

    /// Returns the language that the client likes best; of equals one that it names as it is, then
    /// the first.
    ///
    /// Where none of them matches by filtering, ranges are shortened from their end (lookup), so
    /// that a client that asks for `de-CH` gets `de`. `None` where that finds nothing either; it is
    /// better to answer in some language than to refuse (RFC 9110 section 12.5.4).
    pub fn best_of<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        let closest = |tag: &str| match self.quality(tag) {
            0 => 0,
            quality => quality * 2 + u16::from(self.names(tag)),
        };
        best(offers, closest).or_else(|| best(offers, |tag| self.rate(|range| look_up(range, tag))))
    }

    /// Whether a tag stands there as it is.
    fn names(&self, tag: &str) -> bool {
        let mut ranges = elements(&self.value).filter_map(rated);
        ranges.any(|(range, _)| range.eq_ignore_ascii_case(tag))
    }

    fn rate(&self, specificity: impl Fn(&str) -> Option<usize>) -> u16 {
        let mut says_something = false;
        let mut best = (None, 0);
        let ranges = elements(&self.value).filter_map(rated);
        for (range, quality) in ranges.filter(|(range, _)| is_range(range)) {
            says_something = true;
            let specificity = specificity(range);
            if specificity.is_some() {
                best = best.max((specificity, quality));
            }
        }
        if says_something { best.1 } else { 1000 }
    }
}

/// `language-range` of RFC 4647 section 2.1.
fn is_range(range: &str) -> bool {
    let is_subtag =
        |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
    range == "*" || range.split('-').all(is_subtag)
}

fn filter(range: &str, tag: &str) -> Option<usize> {
    if range == "*" {
        return Some(0);
    }
    let (start, rest) = tag.split_at_checked(range.len())?;
    let fits = start.eq_ignore_ascii_case(range) && (rest.is_empty() || rest.starts_with('-'));
    fits.then_some(range.len())
}

fn look_up(range: &str, tag: &str) -> Option<usize> {
    let (start, rest) = range.split_at_checked(tag.len())?;
    let fits = start.eq_ignore_ascii_case(tag) && (rest.is_empty() || rest.starts_with('-'));
    fits.then_some(range.len())
}

#[cfg(test)]
mod tests {
    use super::AcceptLanguage;

    #[test]
    fn ranges_match_whole_subtags() {
        let rows = [
            ("de", "de-AT", 1000),
            ("de", "den", 0),
            ("de-AT", "de", 0),
            ("DE-at;q=0.3, *;q=0.1", "de-AT-1901", 300),
            ("*;q=0.1, de;q=0", "de", 0),
            ("en-*;q=0.5, *", "en", 1000),
            ("", "en", 1000),
            ("de;q=x", "en", 1000),
        ];
        for (header, tag, quality) in rows {
            let header = AcceptLanguage::new(header);
            assert_eq!(header.quality(tag), quality, "{header:?} for {tag}");
        }
        let swiss = AcceptLanguage::new("de-CH-1996, fr-CH;q=0.9");
        assert_eq!(swiss.best_of(&["en", "fr", "de"]), Some("de"));
        assert_eq!(swiss.best_of(&["it"]), None);
        let german = AcceptLanguage::new("de, *;q=0.1");
        assert_eq!(german.best_of(&["en", "de-AT", "de"]), Some("de"));
    }
}
