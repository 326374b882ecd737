//! The `Range` header.

use std::ops;

use super::split::list;

/// The value of `Range`: a unit, and what is wanted in it.
///
/// # Examples
///
/// ```
/// use falcon_core::header::{Range, RangeSpec};
///
/// let range = Range::parse("bytes=0-499, -500").unwrap();
/// assert_eq!(range.unit(), "bytes");
/// assert_eq!(range.specs(), [RangeSpec::FromTo(0, Some(499)), RangeSpec::Last(500)]);
/// assert_eq!(range.specs()[1].within(600), Some(100..600));
/// ```
///
/// # Specification
///
/// RFC 9110 section 14.1.1 and 14.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    unit: Box<str>,
    specs: Vec<RangeSpec>,
}

/// One wanted part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RangeSpec {
    /// From a position to another, inclusive, or to the end: `0-499`, `500-`.
    FromTo(u64, Option<u64>),
    /// So many from the end: `-500`.
    Last(u64),
}

impl Range {
    /// Parses the header's value; `None` if it is malformed.
    pub fn parse(value: &str) -> Option<Self> {
        Self::read(value).ok()
    }

    /// As [`parse`](Self::parse), with a sentence on what is wrong.
    pub(crate) fn read(value: &str) -> Result<Self, &'static str> {
        let Some((unit, specs)) = value.split_once('=') else {
            return Err("The value must be prefixed with a range unit, e.g. 'bytes='");
        };
        let mut parsed = Vec::new();
        for spec in list(specs).filter(|spec| !spec.is_empty()) {
            if spec == "-" {
                return Err("The range offsets are missing.");
            }
            parsed.push(RangeSpec::parse(spec).ok_or(MALFORMED)?);
        }
        if parsed.is_empty() || unit.is_empty() {
            return Err(MALFORMED);
        }
        Ok(Self {
            unit: unit.into(),
            specs: parsed,
        })
    }

    /// Returns the unit as it came; nearly always `bytes`.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Returns the wanted parts, at least one.
    pub fn specs(&self) -> &[RangeSpec] {
        &self.specs
    }
}

pub(crate) const MALFORMED: &str = "It must be a range formatted according to RFC 7233.";

impl RangeSpec {
    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        let number = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            // More than fits is further than any representation goes.
            plain.then(|| digits.parse().unwrap_or(u64::MAX))
        };
        if first.is_empty() {
            return number(last).map(Self::Last);
        }
        let first = number(first)?;
        if last.is_empty() {
            return Some(Self::FromTo(first, None));
        }
        let last = number(last)?;
        (first <= last).then_some(Self::FromTo(first, Some(last)))
    }

    /// Returns the part of a representation of `length` that is meant; `None` if there is none.
    pub fn within(self, length: u64) -> Option<ops::Range<u64>> {
        let part = match self {
            Self::FromTo(first, last) => {
                first..last.map_or(length, |last| last.saturating_add(1).min(length))
            }
            Self::Last(count) => length.saturating_sub(count)..length,
        };
        (part.start < part.end).then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_to_what_is_there() {
        for (text, part) in [
            ("0-0", Some(0..1)),
            ("0-9", Some(0..10)),
            ("5-999999", Some(5..10)),
            ("5-99999999999999999999999", Some(5..10)),
            ("9-", Some(9..10)),
            ("10-", None),
            ("-1", Some(9..10)),
            ("-99", Some(0..10)),
            ("-0", None),
        ] {
            assert_eq!(RangeSpec::parse(text).unwrap().within(10), part, "{text}");
        }
        assert_eq!(RangeSpec::Last(5).within(0), None);
    }

    #[test]
    fn what_is_malformed_is_no_range() {
        for text in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-2",
            "bytes 0-1",
            "=0-1",
            "bytes=0-1,x",
            "bytes=+1-2",
            "bytes=1",
            "bytes=,",
        ] {
            assert!(Range::parse(text).is_none(), "{text}");
        }
        assert_eq!(Range::parse("items=0-1").unwrap().unit(), "items");
        assert_eq!(Range::parse("bytes=0-1 , ,5-").unwrap().specs().len(), 2);
    }
}
