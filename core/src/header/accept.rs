//! The `Accept` header.

use std::borrow::Cow;

use super::split::split_unquoted;

/// The media ranges that a client accepts, with their qualities.
///
/// **Shape:** types, subtypes and parameter names compare without case; a quoted comma does not
/// end an element; an element that is malformed is passed over and spoils no other.
///
/// # Examples
///
/// ```
/// use falcon_core::header::Accept;
///
/// let accept = Accept::new("text/*;q=0.3, text/html;q=0.7, */*;q=0.5");
/// assert_eq!(accept.quality("text/html"), 700);
/// assert_eq!(accept.quality("text/plain"), 300);
/// assert_eq!(accept.quality("image/png"), 500);
/// ```
///
/// # Specification
///
/// RFC 9110 section 12.5.1.
#[derive(Clone, Debug)]
pub struct Accept<'a> {
    value: Cow<'a, str>,
}

impl<'a> Accept<'a> {
    /// Takes the header's value; several header lines are to be joined by commas.
    pub fn new(value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            value: value.into(),
        }
    }

    /// Returns the quality of a media type in thousandths: 1000 is best, 0 is not acceptable.
    ///
    /// The most specific range that matches decides (RFC 9110 section 12.5.1), whatever its place.
    pub fn quality(&self, media_type: &str) -> u16 {
        let Some(wanted) = Range::parse(media_type) else {
            return 0;
        };
        // Nothing said is nothing refused.
        if self.value.trim().is_empty() {
            return 1000;
        }
        let ranges = split_unquoted(&self.value, b',').filter_map(Range::parse);
        let best = ranges.filter_map(|range| Some((range.specificity(&wanted)?, range.quality)));
        best.max_by_key(|(specificity, _)| *specificity)
            .map_or(0, |(_, quality)| quality)
    }
    /// Returns the media type with the best quality; of equals the first, and none of quality 0.
    ///
    /// ```
    /// use falcon_core::header::Accept;
    ///
    /// let accept = Accept::new("text/html;q=0.5, application/json");
    /// assert_eq!(accept.best_of(&["text/html", "application/json"]), Some("application/json"));
    /// assert_eq!(accept.best_of(&["image/png"]), None);
    /// ```
    pub fn best_of<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        let rated = offers.iter().map(|offer| (*offer, self.quality(offer)));
        rated
            .filter(|(_, quality)| *quality > 0)
            .rev()
            .max_by_key(|(_, quality)| *quality)
            .map(|(offer, _)| offer)
    }

    /// Tells whether a word stands anywhere in the header: a quick way to rule a type out.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        self.value
            .as_bytes()
            .windows(word.len())
            .any(|at| at.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// One element: a type, a subtype, parameters before `q`, a quality.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    params: &'a str,
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(element: &'a str) -> Option<Self> {
        let (essence, params) = element.split_once(';').unwrap_or((element, ""));
        let (kind, subtype) = match essence.trim() {
            // Malformed, and what the standard library of Java sends.
            "*" => ("*", "*"),
            essence => essence.split_once('/')?,
        };
        if kind.is_empty() || subtype.is_empty() {
            return None;
        }
        let mut quality = 1000;
        for param in split_unquoted(params, b';') {
            match param.split_once('=') {
                Some((name, value)) if name.trim().eq_ignore_ascii_case("q") => {
                    quality = parse_quality(value.trim())?;
                }
                _ => {}
            }
        }
        Some(Self {
            kind,
            subtype,
            params,
            quality,
        })
    }

    /// How closely this range fits a type; `None` if it does not.
    fn specificity(&self, wanted: &Self) -> Option<usize> {
        if self.kind == "*" {
            return (self.subtype == "*").then_some(0);
        }
        if !self.kind.eq_ignore_ascii_case(wanted.kind) {
            return None;
        }
        if self.subtype == "*" {
            return Some(1);
        }
        if !self.subtype.eq_ignore_ascii_case(wanted.subtype) {
            return None;
        }
        let mut matched = 2;
        for (name, value) in self.params() {
            if !wanted
                .params()
                .any(|(n, v)| n.eq_ignore_ascii_case(name) && v.eq_ignore_ascii_case(value))
            {
                return None;
            }
            matched += 1;
        }
        Some(matched)
    }

    fn params(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        split_unquoted(self.params, b';')
            .filter_map(|param| param.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
            .take_while(|(name, _)| !name.eq_ignore_ascii_case("q"))
    }
}

/// Parses `qvalue` (RFC 9110 section 12.4.2) into thousandths.
fn parse_quality(text: &str) -> Option<u16> {
    let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
    if digits.len() > 3 {
        return None;
    }
    let mut thousandths = 0;
    for place in 0..3 {
        let digit = match digits.as_bytes().get(place) {
            None => 0,
            Some(b) if b.is_ascii_digit() => u16::from(b - b'0'),
            Some(_) => return None,
        };
        thousandths = thousandths * 10 + digit;
    }
    match (whole, thousandths) {
        ("0" | "", thousandths) if !text.is_empty() => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        let rows = [
            ("*/*", "text/html", 1000),
            ("text/*;q=0.5, text/html;q=0", "text/html", 0),
            ("text/html;q=0, */*", "text/html", 0),
            ("TEXT/HTML", "text/html", 1000),
            (
                "text/html;level=1, text/html;q=0.4",
                "text/html;level=1",
                1000,
            ),
            ("text/html;level=1, text/html;q=0.4", "text/html", 400),
            ("a/b;x=\"1,2\";q=0.2, c/d", "c/d", 1000),
            ("a/b;q=2, c/d", "a/b", 0),
            ("nonsense,,application/json", "application/json", 1000),
            ("*/html", "text/html", 0),
            ("text/html, *; q=.2", "image/png", 200),
            ("", "text/html", 1000),
        ];
        for (accept, media_type, quality) in rows {
            assert_eq!(
                Accept::new(accept).quality(media_type),
                quality,
                "{accept} for {media_type}"
            );
        }
    }

    #[test]
    fn a_quality_has_at_most_three_digits() {
        let rows = [
            ("1", Some(1000)),
            ("0.25", Some(250)),
            ("1.000", Some(1000)),
            ("0.", Some(0)),
        ];
        for (text, quality) in rows {
            assert_eq!(parse_quality(text), quality);
        }
        for text in ["1.001", "0.1234", "-1", "+0.5", "1e0", "", "NaN", "2"] {
            assert_eq!(parse_quality(text), None, "{text}");
        }
    }
}
