//! Dates and times by a format, for fields and parameters.

use std::time::{Duration, SystemTime};

use falcon::prelude::*;
use falcon::routing::converter::{Converter, ConverterArgs};
use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::value::Moment;

/// `{when:dt("%Y-%m-%d")}`
pub(crate) struct ByFormat {
    format: String,
}

/// The format that a field or a parameter has unless it says otherwise.
pub(crate) const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%z";

impl ByFormat {
    pub(crate) fn new(args: &mut ConverterArgs) -> core::result::Result<Self, String> {
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

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// The clock in UTC at a moment.
pub(crate) fn clock_of(at: SystemTime) -> Result<DateTime> {
    let since = at.duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(EPOCH.checked_add(SignedDuration::try_from(since)?)?)
}

/// The moment at which the clock in UTC is so.
pub(crate) fn moment_of(clock: DateTime) -> Result<SystemTime> {
    let since = Duration::try_from(clock.duration_since(EPOCH))?;
    Ok(SystemTime::UNIX_EPOCH + since)
}

/// What was read so far; what the format leaves out is the first of the month, at midnight.
#[derive(Clone, Copy)]
struct Parts {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    offset: Option<i32>,
}

/// Reads a text by a format, as the C library's function does it in Python: one digit will do,
/// letters compare without case, space stands for any amount of it.
pub(crate) fn parse(format: &str, text: &str) -> Option<Moment> {
    let parts = Parts {
        year: 1900,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        offset: None,
    };
    let parts = read(format, text, parts)?;
    let Parts { hour, minute, .. } = parts;
    let clock = DateTime::new(
        parts.year,
        parts.month,
        parts.day,
        hour,
        minute,
        parts.second,
        0,
    );
    let clock = clock.ok().filter(|clock| clock.year() >= 1)?;
    Some(Moment {
        clock,
        offset: parts.offset,
    })
}

/// Reads what is left of a format; of two digits and one, two are tried first.
fn read(format: &str, text: &str, parts: Parts) -> Option<Parts> {
    let Some(first) = format.chars().next() else {
        return text.is_empty().then_some(parts);
    };
    if first.is_whitespace() {
        let rest = text.trim_start();
        return (rest.len() < text.len())
            .then(|| read(format.trim_start(), rest, parts))
            .flatten();
    }
    let Some(directive) = format
        .strip_prefix('%')
        .and_then(|rest| rest.chars().next())
    else {
        let letter = text.chars().next()?;
        return letter
            .eq_ignore_ascii_case(&first)
            .then(|| {
                read(
                    &format[first.len_utf8()..],
                    &text[letter.len_utf8()..],
                    parts,
                )
            })
            .flatten();
    };
    let rest = format.get(2..)?;
    match directive {
        'z' => {
            let (offset, used) = offset(text)?;
            let parts = Parts {
                offset: Some(offset),
                ..parts
            };
            read(rest, text.get(used..)?, parts)
        }
        'b' => {
            let month = MONTHS
                .iter()
                .zip(1..)
                .find(|(name, _)| text.get(..3).is_some_and(|t| t.eq_ignore_ascii_case(name)))?
                .1;
            read(rest, text.get(3..)?, Parts { month, ..parts })
        }
        'Y' => {
            let year = number(text, 4)?.parse().ok()?;
            read(rest, text.get(4..)?, Parts { year, ..parts })
        }
        directive => [2, 1].into_iter().find_map(|digits| {
            let value = number(text, digits)?.parse().ok()?;
            let parts = parts.with(directive, value)?;
            read(rest, text.get(digits..)?, parts)
        }),
    }
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

fn number(text: &str, digits: usize) -> Option<&str> {
    let number = text.get(..digits)?;
    number.bytes().all(|b| b.is_ascii_digit()).then_some(number)
}

impl Parts {
    fn with(mut self, directive: char, value: i8) -> Option<Self> {
        let (part, range) = match directive {
            'm' => (&mut self.month, 1..=12),
            'd' => (&mut self.day, 1..=31),
            'H' => (&mut self.hour, 0..=23),
            'M' => (&mut self.minute, 0..=59),
            'S' => (&mut self.second, 0..=61),
            _ => return None,
        };
        *part = value;
        range.contains(&value).then_some(self)
    }
}

/// `Z`, `+HHMM` or `+HH:MM`, perhaps with seconds: how many seconds it is, and how many bytes.
fn offset(text: &str) -> Option<(i32, usize)> {
    if text.starts_with('Z') {
        return Some((0, 1));
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let two = |at: usize| number(text.get(at..)?, 2)?.parse::<i32>().ok();
    let colon = |at: usize| usize::from(text.get(at..).is_some_and(|rest| rest.starts_with(':')));
    let hours = two(1)?;
    let minutes_at = 3 + colon(3);
    let minutes = two(minutes_at).filter(|minutes| *minutes < 60)?;
    let (mut seconds, mut end) = (0, minutes_at + 2);
    // With a colon before the minutes there is one before the seconds, else none.
    let seconds_at = end + colon(3);
    let is_parted = colon(end) == colon(3);
    if let Some(told) = two(seconds_at).filter(|seconds| is_parted && *seconds < 60) {
        (seconds, end) = (told, seconds_at + 2);
    }
    let all = hours * 3600 + minutes * 60 + seconds;
    (all < 86_400).then_some((sign * all, end))
}
