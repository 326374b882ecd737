//! Dates and times by a format, for fields and parameters.

use falcon::routing::converter::{Converter, ConverterArgs};
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};

use crate::value::Moment;

/// `{when:dt("%Y-%m-%d")}`
pub(crate) struct ByFormat {
    format: String,
}

/// The format that a field or a parameter has unless it says otherwise.
pub(crate) const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%z";

impl ByFormat {
    pub(crate) fn new(args: &mut ConverterArgs) -> Result<Self, String> {
        let format: Option<String> = args.take("format")?;
        Ok(Self {
            format: format.unwrap_or_else(|| FORMAT.to_owned()),
        })
    }
}

impl Converter for ByFormat {
    type Value = Moment;

    fn convert(&self, text: &str) -> Option<Moment> {
        parse(&self.format, text)
    }
}

/// Reads a text by a format; what the format leaves out is the first of the month, at midnight.
pub(crate) fn parse(format: &str, text: &str) -> Option<Moment> {
    let (format, text, offset) = match format.strip_suffix("%z") {
        Some(format) => {
            let (text, offset) = split_offset(text)?;
            (format, text, Some(offset))
        }
        None => (format, text, None),
    };
    let text = text.to_ascii_uppercase();
    let clock = clock(&strtime::parse(format, &text).ok()?)?;
    // The parser takes years of any length, a leap second for the one before, and a plus for
    // a space.
    let is_leap_second = clock.second() == 59 && !text.contains("59");
    let has_plus = text.contains('+') && !format.contains('+');
    let is_taken = clock.year() >= 1000 && !is_leap_second && !has_plus;
    is_taken.then_some(Moment { clock, offset })
}

fn clock(parsed: &BrokenDownTime) -> Option<DateTime> {
    let (year, month) = (parsed.year()?, parsed.month()?);
    let (day, hour) = (parsed.day().unwrap_or(1), parsed.hour().unwrap_or(0));
    let (minute, second) = (parsed.minute().unwrap_or(0), parsed.second().unwrap_or(0));
    DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

/// Takes `Z`, `+HHMM` or `+HH:MM` from the end, in seconds.
fn split_offset(text: &str) -> Option<(&str, i32)> {
    if let Some(text) = text.strip_suffix('Z') {
        return Some((text, 0));
    }
    let at = text.rfind(['+', '-'])?;
    let (text, offset) = text.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.chars().skip(1).filter(|c| *c != ':').collect();
    let is_whole = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
    let (hours, minutes) = digits.split_at_checked(2).filter(|_| is_whole)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some((text, sign * (hours * 3600 + minutes * 60)))
}
