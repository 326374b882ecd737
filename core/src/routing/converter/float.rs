//! `{x:float}`

use super::{Converter, ConverterArgs};
use crate::operation::Schema;

/// A decimal number, with an optional exponent; finite unless told otherwise.
pub(super) struct Float {
    min: f64,
    max: f64,
    finite: bool,
}

impl Float {
    pub(super) fn new(args: &mut ConverterArgs) -> Result<Self, String> {
        let min: f64 = args.take("min")?.unwrap_or(f64::NEG_INFINITY);
        let max: f64 = args.take("max")?.unwrap_or(f64::INFINITY);
        if min.is_nan() || max.is_nan() || min > max {
            return Err(format!("`min` ({min}) and `max` ({max}) make no range"));
        }
        let finite: Option<String> = args.take("finite")?;
        let finite = match finite.as_deref() {
            None | Some("true" | "True") => true,
            Some("false" | "False") => false,
            Some(other) => return Err(format!("`finite` is true or false, not `{other}`")),
        };
        Ok(Self { min, max, finite })
    }
}

impl Converter for Float {
    type Value = f64;

    fn convert(&self, text: &str) -> Option<f64> {
        // The standard parser takes the same, and a leading plus.
        let digits = |b: u8| b.is_ascii_digit() || b"-.eE+".contains(&b);
        let is_plain = text.bytes().all(digits) && !text.starts_with('+');
        if !is_plain && self.finite {
            return None;
        }
        let value: f64 = text.parse().ok()?;
        if !value.is_finite() {
            return (!self.finite && self.holds(value)).then_some(value);
        }
        (is_plain && self.holds(value)).then_some(value)
    }

    fn schema(&self) -> Option<Schema> {
        let bound = |name, bound: f64| {
            if bound.is_finite() {
                format!(r#","{name}":{bound:?}"#)
            } else {
                String::new()
            }
        };
        let (min, max) = (bound("minimum", self.min), bound("maximum", self.max));
        Some(Schema::new(format_args!(
            r#"{{"type":"number","format":"double"{min}{max}}}"#
        )))
    }
}

impl Float {
    /// What is no number lies within no bounds.
    fn holds(&self, value: f64) -> bool {
        let unbounded = self.min == f64::NEG_INFINITY && self.max == f64::INFINITY;
        (self.min..=self.max).contains(&value) || (value.is_nan() && unbounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_decimal_numbers_in_range_are_taken() {
        let float = Float::new(&mut ConverterArgs::parse("min=-1, max=2000").unwrap()).unwrap();
        for (text, value) in [
            ("0", 0.0),
            ("-0.5", -0.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
        ] {
            assert_eq!(float.convert(text), Some(value), "{text}");
        }
        for text in [
            "", ".", "nan", "inf", "+1", "1_0", " 1", "-2", "1e9", "1e999", "0x1",
        ] {
            assert_eq!(float.convert(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_finite_is_taken_where_that_is_wanted() {
        let any = Float::new(&mut ConverterArgs::parse("finite=False").unwrap()).unwrap();
        assert!(any.convert("NaN").unwrap().is_nan());
        assert_eq!(any.convert("-inf"), Some(f64::NEG_INFINITY));
        assert_eq!(any.convert("1e999"), Some(f64::INFINITY));
        assert_eq!(any.convert("+1"), None);
        assert!(Float::new(&mut ConverterArgs::parse("finite=no").unwrap()).is_err());
    }
}
