//! `{id:int}`

use super::{Converter, ConverterArgs};
use crate::operation::Schema;

/// An integer of 64 bits: an optional minus and ASCII digits; `-0` is not taken.
pub(super) struct Int {
    num_digits: Option<usize>,
    min: i64,
    max: i64,
}

impl Int {
    pub(super) fn new(args: &mut ConverterArgs) -> Result<Self, String> {
        let num_digits = args.take("num_digits")?;
        if num_digits == Some(0) {
            return Err("`num_digits` must be at least 1".to_owned());
        }
        let min = args.take("min")?.unwrap_or(i64::MIN);
        let max = args.take("max")?.unwrap_or(i64::MAX);
        if min > max {
            return Err(format!("`min` ({min}) is more than `max` ({max})"));
        }
        Ok(Self {
            num_digits,
            min,
            max,
        })
    }
}

impl Converter for Int {
    type Value = i64;

    fn convert(&self, text: &str) -> Option<i64> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        if self.num_digits.is_some_and(|n| n != text.len()) {
            return None;
        }
        let value: i64 = text.parse().ok()?;
        let negative_zero = value == 0 && digits.len() != text.len();
        (!negative_zero && (self.min..=self.max).contains(&value)).then_some(value)
    }

    fn schema(&self) -> Option<Schema> {
        let bound = |name, bound: i64, is_set: bool| {
            if is_set {
                format!(r#","{name}":{bound}"#)
            } else {
                String::new()
            }
        };
        let min = bound("minimum", self.min, self.min != i64::MIN);
        let max = bound("maximum", self.max, self.max != i64::MAX);
        Some(Schema::new(format_args!(
            r#"{{"type":"integer","format":"int64"{min}{max}}}"#
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(args: &str) -> Int {
        Int::new(&mut ConverterArgs::parse(args).unwrap()).unwrap()
    }

    #[test]
    fn only_plain_decimal_integers_are_taken() {
        for (text, value) in [
            ("0", 0),
            ("007", 7),
            ("-3", -3),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(int("").convert(text), Some(value));
        }
        let wrong = [
            "",
            "-",
            "-0",
            "+1",
            "1_0",
            " 1",
            "1.0",
            "0x1",
            "\u{661}",
            "9223372036854775808",
        ];
        for text in wrong.into_iter().chain(["1".repeat(4000).as_str()]) {
            assert_eq!(int("").convert(text), None, "{text}");
        }
    }

    #[test]
    fn arguments_narrow_the_range() {
        let year = int("4, min=1990, max=2030");
        assert_eq!(year.convert("2026"), Some(2026));
        for text in ["1989", "2031", "02026", "202"] {
            assert_eq!(year.convert(text), None, "{text}");
        }
    }
}
