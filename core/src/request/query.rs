//! The query's parameters.

use std::borrow::Cow;
use std::str::FromStr;

use crate::error::{HttpError, Result};

/// The parameters of a query, in their order.
///
/// **Shape:** pairs are separated by `&`, never by `;`; `+` is a space; a name without `=` has the
/// empty value; an escape that is none (`%zz`) stands for itself, as in the URL standard. Names
/// and values are UTF-8.
///
/// # Examples
///
/// ```no_run
/// # use falcon_core::{Request, Result};
/// # fn example(req: &Request) -> Result {
/// let query = req.query()?;
/// let limit: u32 = query.parse_as("limit")?.unwrap_or(50);
/// let labels: Vec<_> = query.all("label").collect();
/// # Ok(())
/// # }
/// ```
///
/// # Specification
///
/// URL standard, `application/x-www-form-urlencoded` parsing.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    raw: &'a str,
}

/// The most parameters that a query may have.
const MAX_PARAMS: usize = 1000;

impl<'a> Query<'a> {
    pub(super) fn parse(raw: &'a str) -> Result<Self> {
        let refuse = |why: &'static str| {
            HttpError::bad_request()
                .title("Invalid query")
                .code("invalid_query")
                .detail(why)
        };
        if raw
            .split('&')
            .filter(|pair| !pair.is_empty())
            .nth(MAX_PARAMS)
            .is_some()
        {
            Err(refuse("The query has more than 1000 parameters."))?;
        }
        let all_utf8 = !raw.contains('%')
            || raw.split(['&', '=']).all(|part| {
                percent_encoding::percent_decode_str(part)
                    .decode_utf8()
                    .is_ok()
            });
        if !all_utf8 {
            Err(refuse("The query holds an escape that is not UTF-8."))?;
        }
        Ok(Self { raw })
    }

    /// Returns all parameters in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> + use<'a> {
        self.pairs()
            .map(|(name, value)| (decode(name), decode(value)))
    }

    /// Returns the value of a parameter: the last one, if there are several.
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.pairs()
            .filter(|(n, _)| is_name(n, name))
            .last()
            .map(|(_, value)| decode(value))
    }

    /// Returns all values of a parameter in their order.
    pub fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = Cow<'a, str>> + use<'a, 'n> {
        self.pairs()
            .filter(move |(n, _)| is_name(n, name))
            .map(|(_, value)| decode(value))
    }

    /// Returns the value of a parameter as a `T`; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_parameter`, with the parameter's name and the reason.
    pub fn parse_as<T>(&self, name: &str) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(HttpError::invalid_parameter(name, error))?,
        }
    }

    /// Returns the value of a parameter that must be there as a `T`.
    ///
    /// # Errors
    ///
    /// - 400, code `missing_parameter`, if it is not there.
    /// - 400, code `invalid_parameter`, with the parameter's name and the reason.
    pub fn required<T>(&self, name: &str) -> Result<T>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        Ok(self
            .parse_as(name)?
            .ok_or_else(|| HttpError::missing_parameter(name))?)
    }

    fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let pairs = self.raw.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }
}

fn is_name(raw: &str, name: &str) -> bool {
    raw == name || (raw.contains(['%', '+']) && decode(raw) == name)
}

fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['%', '+']) {
        return Cow::Borrowed(raw);
    }
    let spaced = raw.replace('+', " ");
    Cow::Owned(
        percent_encoding::percent_decode_str(&spaced)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(raw: &str) -> Vec<(String, String)> {
        let query = Query::parse(raw).unwrap();
        query
            .iter()
            .map(|(n, v)| (n.into_owned(), v.into_owned()))
            .collect()
    }

    #[test]
    fn pairs_are_read_as_the_url_standard_says() {
        let rows: [(&str, &[(&str, &str)]); 7] = [
            ("", &[]),
            ("&&&", &[]),
            ("a", &[("a", "")]),
            ("=b", &[("", "b")]),
            ("a=1&a=2", &[("a", "1"), ("a", "2")]),
            ("a+b=c%20d%2B&x=1;y=2", &[("a b", "c d+"), ("x", "1;y=2")]),
            ("a=%zz&b==", &[("a", "%zz"), ("b", "=")]),
        ];
        for (raw, expected) in rows {
            let expected: Vec<_> = expected
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect();
            assert_eq!(pairs(raw), expected, "{raw}");
        }
    }

    #[test]
    fn the_last_of_several_values_counts_where_one_is_asked_for() {
        let query = Query::parse("a=1&b=x&a=2").unwrap();
        assert_eq!(query.get("a").unwrap(), "2");
        assert_eq!(query.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(query.required::<u8>("b").unwrap_err().status(), 400);
        assert_eq!(query.parse_as::<u8>("c").unwrap(), None);
    }

    #[test]
    fn what_is_not_utf8_and_what_is_too_much_is_refused() {
        assert_eq!(Query::parse("a=%ff").unwrap_err().status(), 400);
        assert!(Query::parse(&"a&".repeat(1000)).is_ok());
        assert_eq!(Query::parse(&"a&".repeat(1001)).unwrap_err().status(), 400);
    }
}
