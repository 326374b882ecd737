//! `{x:float}`

use super::{Converter, ConverterArgs};

/// A finite decimal number, with an optional exponent.
pub(super) struct Float {
    min: f64,
    max: f64,
}

impl Float {
    pub(super) fn new(args: &mut ConverterArgs) -> Result<Self, String> {
        let min: f64 = args.take("min")?.unwrap_or(f64::NEG_INFINITY);
        let max: f64 = args.take("max")?.unwrap_or(f64::INFINITY);
        if min.is_nan() || max.is_nan() || min > max {
            return Err(format!("`min` ({min}) and `max` ({max}) make no range"));
        }
        Ok(Self { min, max })
    }
}

impl Converter for Float {
    type Value = f64;

    fn convert(&self, text: &str) -> Option<f64> {
        // The standard parser also takes "inf", "nan" and a leading plus.
        if !text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"-.eE+".contains(&b))
            || text.starts_with('+')
        {
            return None;
        }
        let value: f64 = text.parse().ok()?;
        (value.is_finite() && (self.min..=self.max).contains(&value)).then_some(value)
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
}
