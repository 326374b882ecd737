//! Qualities: how much a client likes what it names.

use super::MediaType;
use super::split::{list, split_unquoted};

/// More elements than any client sends; what follows is passed over.
const MAX_ELEMENTS: usize = 100;

/// The elements of an `Accept` header of any kind, without those that are empty.
pub(super) fn elements(value: &str) -> impl Iterator<Item = &str> {
    list(value)
        .filter(|element| !element.is_empty())
        .take(MAX_ELEMENTS)
}

/// Takes an element apart: what it names, and its quality; `None` where it is malformed.
pub(super) fn rated(element: &str) -> Option<(&str, u16)> {
    let (named, params) = element.split_once(';').unwrap_or((element, ""));
    let mut quality = 1000;
    for param in split_unquoted(params, b';').filter(|param| !param.trim().is_empty()) {
        let (name, value) = param.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("q") {
            quality = parse_quality(value.trim())?;
        }
    }
    Some((named.trim_matches([' ', '\t']), quality))
}

/// Parses `qvalue` (RFC 9110 section 12.4.2) into thousandths.
pub(super) fn parse_quality(text: &str) -> Option<u16> {
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

/// Of the offers that are acceptable at all the one with the best quality; of equals the first.
pub(super) fn best<'o>(offers: &[&'o str], quality: impl Fn(&str) -> u16) -> Option<&'o str> {
    let mut best: Option<(&str, u16)> = None;
    for offer in offers {
        let quality = quality(offer);
        if quality > best.map_or(0, |(_, quality)| quality) {
            best = Some((offer, quality));
        }
    }
    best.map(|(offer, _)| offer)
}

/// A media range of `Accept`, and its quality.
#[derive(Clone, Copy)]
pub(super) struct MediaRange<'a> {
    range: MediaType<'a>,
    pub(super) quality: u16,
}

impl<'a> MediaRange<'a> {
    pub(super) fn parse(element: &'a str) -> Option<Self> {
        let range = match element.split_once(';').map_or(element, |(range, _)| range) {
            // Malformed, and what the standard library of Java sends.
            range if range.trim_end() == "*" => return any(element),
            _ => MediaType::parse(element)?,
        };
        if range.main_type() == "*" && range.subtype() != "*" {
            return None;
        }
        let quality = range.param("q").map_or(Some(1000), |q| parse_quality(&q))?;
        Some(Self { range, quality })
    }

    /// How closely this range fits a type; `None` if it does not.
    pub(super) fn specificity(&self, wanted: &MediaType<'_>) -> Option<usize> {
        if self.range.main_type() == "*" {
            return Some(0);
        }
        if !self
            .range
            .main_type()
            .eq_ignore_ascii_case(wanted.main_type())
        {
            return None;
        }
        if self.range.subtype() == "*" {
            return Some(1);
        }
        if !self.range.subtype().eq_ignore_ascii_case(wanted.subtype()) {
            return None;
        }
        let mut matched = 2;
        let own = self.range.params();
        for (name, value) in own.take_while(|(name, _)| !name.eq_ignore_ascii_case("q")) {
            match wanted.param(name) {
                Some(own) if own.eq_ignore_ascii_case(&value) => matched += 1,
                // What is offered without a charset is in UTF-8, or has none: JSON with a charset
                // is JSON (RFC 8259 section 11), and many clients ask for it.
                None if is_utf8(name, &value) => {}
                _ => return None,
            }
        }
        Some(matched)
    }
}

fn is_utf8(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8")
}

fn any(element: &str) -> Option<MediaRange<'_>> {
    let (_, quality) = rated(element)?;
    let range = MediaType::parse("*/*")?;
    Some(MediaRange { range, quality })
}

#[cfg(test)]
mod tests {
    use super::parse_quality;

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
