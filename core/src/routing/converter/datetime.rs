//! `{at:datetime}`

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Converter;
use crate::operation::Schema;

/// A time as RFC 3339 has it, offset included; a leap second counts as the one before.
pub(super) struct DateTime;

impl Converter for DateTime {
    type Value = SystemTime;

    fn convert(&self, text: &str) -> Option<SystemTime> {
        let (date, time) = text.split_once(['T', 't'])?;
        let days = days_since_epoch(date)?;
        let clock = time.get(..8)?;
        let rest = time.get(8..)?;
        let offset_at = rest.find(['Z', 'z', '+', '-'])?;
        let (fraction, offset) = rest.split_at_checked(offset_at)?;
        let seconds = days * 86_400 + clock_seconds(clock)? - offset_seconds(offset)?;
        let nanos = fraction_nanos(fraction)?;
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let at = if seconds < 0 {
            UNIX_EPOCH.checked_sub(whole)
        } else {
            UNIX_EPOCH.checked_add(whole)
        };
        at?.checked_add(Duration::from_nanos(nanos))
    }

    fn schema(&self) -> Option<Schema> {
        Some(Schema::new(r#"{"type":"string","format":"date-time"}"#))
    }
}

/// A number of exactly so many ASCII digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn days_since_epoch(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) = (
        digits(parts.next()?, 4)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if parts.next().is_some() || !(1..=length).contains(&day) {
        return None;
    }
    // Days from a civil date, with the year beginning in March so that a leap day comes last.
    let (y, m) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let (era, year_of_era) = (y.div_euclid(400), y.rem_euclid(400));
    let day_of_year = (153 * m + 2) / 5 + day - 1;
    Some(
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468,
    )
}

fn clock_seconds(clock: &str) -> Option<i64> {
    let mut parts = clock.split(':');
    let (h, m, s) = (
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    (h < 24 && m < 60 && s <= 60).then(|| h * 3600 + m * 60 + s.min(59))
}

fn offset_seconds(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, offset) = offset
        .strip_prefix('-')
        .map_or((1, offset.get(1..)?), |rest| (-1, rest));
    let (h, m) = offset.split_once(':')?;
    let (h, m) = (digits(h, 2)?, digits(m, 2)?);
    (h < 24 && m < 60).then_some(sign * (h * 3600 + m * 60))
}

/// Digits after a dot, as nanoseconds; what is finer is cut off.
fn fraction_nanos(fraction: &str) -> Option<u64> {
    if fraction.is_empty() {
        return Some(0);
    }
    let fraction = fraction.strip_prefix('.')?;
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").get(..9)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(text: &str) -> Option<f64> {
        let at = DateTime.convert(text)?;
        Some(match at.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        })
    }

    #[test]
    fn times_are_read_as_rfc_3339_has_them() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("2000-02-29T12:00:00Z", 951_825_600.0),
            ("1985-04-12T23:20:50.52Z", 482_196_050.52),
            ("1996-12-19T16:39:57-08:00", 851_042_397.0),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172.13),
            ("1990-12-31T23:59:60z", 662_687_999.0),
        ] {
            let got = unix(text).unwrap();
            assert!((got - seconds).abs() < 1e-6, "{text}: {got}");
        }
    }

    #[test]
    fn impossible_times_are_not_taken() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T21:00:00",
            "2026-11-22 21:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T21:60:00Z",
            "2026-11-22T21:00:00+24:00",
            "2026-11-22T21:00:00.Z",
            "2026-11-22T21:00:00+0100",
            "+026-11-22T21:00:00Z",
        ] {
            assert_eq!(unix(text), None, "{text}");
        }
    }
}
