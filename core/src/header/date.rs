//! Dates as HTTP writes them.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;

/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// **Units:** whole seconds, the rest is cut off; from 1970 to 9999, what lies outside becomes the
/// nearest moment inside.
///
/// # Examples
///
/// ```
/// use falcon_core::header::HttpDate;
///
/// let date: HttpDate = "Sun, 06 Nov 1994 08:49:37 GMT".parse()?;
/// assert_eq!(date.to_string(), "Sun, 06 Nov 1994 08:49:37 GMT");
/// assert_eq!("Sunday, 06-Nov-94 08:49:37 GMT".parse(), Ok(date));
/// # Ok::<(), falcon_core::header::InvalidDate>(())
/// ```
///
/// # Specification
///
/// RFC 9110 section 5.6.7. Reading takes the two obsolete forms too, as it must, and is lenient
/// about the day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpDate(u64);

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

impl HttpDate {
    /// Takes the second in which a moment lies.
    pub fn new(at: SystemTime) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(since.as_secs().min(LAST))
    }

    /// Returns the moment at which the second begins.
    pub fn get(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0)
    }

    /// Returns the date as a header value.
    pub fn to_header(self) -> HeaderValue {
        HeaderValue::from_str(&self.to_string()).unwrap_or_else(|_| HeaderValue::from_static("0"))
    }
}

impl fmt::Display for HttpDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        httpdate::HttpDate::from(self.get()).fmt(f)
    }
}

impl FromStr for HttpDate {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let strict = httpdate::parse_http_date(text).ok();
        let read = strict.or_else(|| read_leniently(text));
        read.map(Self::new).ok_or(InvalidDate)
    }
}

/// The preferred form with another day of the week, a day of one digit, or letters of another case:
/// RFC 9110 section 5.6.7 encourages recipients to be robust.
fn read_leniently(text: &str) -> Option<SystemTime> {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let (weekday, rest) = text.split_once(", ")?;
    if !DAYS.iter().any(|day| day.eq_ignore_ascii_case(weekday)) {
        return None;
    }
    let mut parts = rest.split(' ');
    let mut next = || parts.next();
    let (day, month, year, time, zone) = (next()?, next()?, next()?, next()?, next()?);
    if next().is_some() || !zone.eq_ignore_ascii_case("GMT") {
        return None;
    }
    let (first, others) = month.split_at_checked(1)?;
    let month = first.to_ascii_uppercase() + &others.to_ascii_lowercase();
    let date = format!("{day:0>2} {month} {year} {time} GMT");
    let on = |weekday: &&str| httpdate::parse_http_date(&format!("{weekday}, {date}")).ok();
    DAYS.iter().find_map(on)
}

impl From<SystemTime> for HttpDate {
    fn from(at: SystemTime) -> Self {
        Self::new(at)
    }
}

/// A text that is no date of HTTP's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidDate;

impl fmt::Display for InvalidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("It must be formatted according to RFC 7231, Section 7.1.1.1")
    }
}

impl std::error::Error for InvalidDate {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_a_date_mean_the_same() {
        let at = UNIX_EPOCH + Duration::from_secs(784_111_777);
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(text.parse::<HttpDate>().unwrap().get(), at, "{text}");
        }
    }

    #[test]
    fn the_preferred_form_is_read_with_slips_that_do_not_change_its_meaning() {
        let date: HttpDate = "Sat, 05 Nov 1994 08:49:37 GMT".parse().unwrap();
        for text in [
            "Mon, 05 Nov 1994 08:49:37 GMT",
            "Sat, 5 Nov 1994 08:49:37 GMT",
            "sat, 05 nov 1994 08:49:37 gmt",
        ] {
            assert_eq!(text.parse(), Ok(date), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "Xyz, 05 Nov 1994 08:49:37 GMT",
            "Sat, 31 Feb 1994 08:49:37 GMT",
            "Sat, 05 Nov 1994 08:49:37 UTC",
            "Sat, 05 Nov 1994 08:49:37 GMT x",
            "Sat,  5 Nov 1994 08:49:37 GMT",
            "Sat, 05 Nov 94 08:49:37 GMT",
            "Sat, 05 \u{e9}ov 1994 08:49:37 GMT",
            "",
            "yesterday",
            "1994-11-06",
            "Sun, 06 Nov 10000000000 08:49:37 GMT",
            "(((((",
        ] {
            assert_eq!(text.parse::<HttpDate>(), Err(InvalidDate), "{text}");
        }
    }

    #[test]
    fn a_moment_that_cannot_be_written_becomes_the_nearest_that_can() {
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(
            HttpDate::new(before).to_string(),
            "Thu, 01 Jan 1970 00:00:00 GMT"
        );
        let after = UNIX_EPOCH + Duration::from_secs(LAST + 1);
        assert_eq!(
            HttpDate::new(after).to_string(),
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
    }
}
