//! The query's parameters.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::{Bound, RangeBounds};
use std::str::FromStr;

use super::expected;
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
    options: QueryOptions,
}

/// How an app reads queries; see [`App::set_blank_params`](crate::App::set_blank_params).
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueryOptions {
    pub(crate) keep_blank: bool,
    pub(crate) split_commas: bool,
}

impl Default for QueryOptions {
    fn default() -> Self {
        Self {
            keep_blank: true,
            split_commas: false,
        }
    }
}

/// The most brackets in the name of one parameter.
const MAX_DEPTH: usize = 16;

/// The most parameters that a query may have.
const MAX_PARAMS: usize = 1000;

impl<'a> Query<'a> {
    /// Reads a query, without its question mark, or a form that is written in the same way.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_query`, if there are more than 1,000 parameters, or one of them is not
    /// UTF-8 once it is decoded.
    pub fn parse(raw: &'a str) -> Result<Self> {
        Self::checked(raw, QueryOptions::default())
    }

    pub(super) fn checked(raw: &'a str, options: QueryOptions) -> Result<Self> {
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
        Ok(Self { raw, options })
    }

    /// Sets whether a parameter without value counts: `a=` and `a`.
    #[must_use]
    pub fn with_blanks(mut self, keep: bool) -> Self {
        self.options.keep_blank = keep;
        self
    }

    /// Sets whether commas that are not encoded part a value into several.
    #[must_use]
    pub fn with_commas(mut self, split: bool) -> Self {
        self.options.split_commas = split;
        self
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

    /// Tells whether a parameter is there, with or without value.
    pub fn has(&self, name: &str) -> bool {
        self.pairs().any(|(n, _)| is_name(n, name))
    }

    /// Returns the value of a parameter that may be there once at most.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_parameter`, if it is there several times.
    pub fn single(&self, name: &str) -> Result<Option<Cow<'a, str>>> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            let why = "It may not have more than one value.";
            Err(HttpError::invalid_parameter(name, why))?;
        }
        Ok(first)
    }

    /// Returns the value of a parameter as a `T`; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_parameter`, with the parameter's name and the reason.
    pub fn parse_as<T>(&self, name: &str) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.get(name).map(|text| parse(name, &text)).transpose()
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
        T::Err: Display,
    {
        Ok(self
            .parse_as(name)?
            .ok_or_else(|| HttpError::missing_parameter(name))?)
    }

    /// Returns the value of a parameter as a `T` that lies within bounds; `None` if it is not
    /// there.
    ///
    /// ```no_run
    /// # use falcon_core::{Request, Result};
    /// # fn example(req: &Request) -> Result {
    /// let limit: u32 = req.query()?.within("limit", 1..=100)?.unwrap_or(20);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// 400, code `invalid_parameter`, with the bound that it is beyond. A float that is no number
    /// lies within none.
    pub fn within<T>(&self, name: &str, bounds: impl RangeBounds<T>) -> Result<Option<T>>
    where
        T: FromStr + PartialOrd + Display,
        T::Err: Display,
    {
        let Some(value) = self.parse_as(name)? else {
            return Ok(None);
        };
        if bounds.contains(&value) {
            return Ok(Some(value));
        }
        let above_start = match bounds.start_bound() {
            Bound::Included(least) => value >= *least,
            Bound::Excluded(least) => value > *least,
            Bound::Unbounded => true,
        };
        let why = match (above_start, bounds.start_bound(), bounds.end_bound()) {
            (false, Bound::Included(least), _) => format!("The value must be at least {least}"),
            (false, Bound::Excluded(least), _) => format!("The value must be more than {least}"),
            (_, _, Bound::Included(most)) => format!("The value may not exceed {most}"),
            (_, _, Bound::Excluded(most)) => format!("The value must be less than {most}"),
            _ => "The value is not within its bounds".to_owned(),
        };
        Err(HttpError::invalid_parameter(name, why))?
    }

    /// Returns a parameter as a truth value: `true`, `t`, `yes`, `y`, `1`, `on`, and what has no
    /// value; `false`, `f`, `no`, `n`, `0`, `off`. `True` and `False` too, but no other spelling.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_parameter`, for everything else.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let why = "The value of the parameter must be \"true\" or \"false\".";
        let value = Self::truth_of(&text);
        Ok(Some(
            value.ok_or_else(|| HttpError::invalid_parameter(name, why))?,
        ))
    }

    /// Reads a truth value as [`flag`](Self::flag) does.
    pub fn truth_of(text: &str) -> Option<bool> {
        match text {
            "" | "true" | "True" | "t" | "yes" | "y" | "1" | "on" => Some(true),
            "false" | "False" | "f" | "no" | "n" | "0" | "off" => Some(false),
            _ => None,
        }
    }

    /// Returns all values of a parameter as `T`s; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_parameter`, for the first that is none.
    pub fn list<T>(&self, name: &str) -> Result<Option<Vec<T>>>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.list_split(name, None)
    }

    /// As [`list`](Self::list), where a single value may hold several, parted by a character.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn list_by<T>(&self, name: &str, delimiter: char) -> Result<Option<Vec<T>>>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.list_split(name, Some(delimiter))
    }

    fn list_split<T>(&self, name: &str, delimiter: Option<char>) -> Result<Option<Vec<T>>>
    where
        T: FromStr,
        T::Err: Display,
    {
        if !self.has(name) {
            return Ok(None);
        }
        let values: Vec<_> = self.all(name).collect();
        let element = |text: &str| {
            let wrong =
                |_| HttpError::invalid_parameter(name, "The value is not formatted correctly.");
            Ok(text.parse().map_err(wrong)?)
        };
        let parsed = match (values.as_slice(), delimiter) {
            ([single], Some(delimiter)) => single.split(delimiter).map(element).collect(),
            (several, _) => several
                .iter()
                .map(|value| element(value))
                .collect::<Result<_>>(),
        };
        parsed.map(Some)
    }

    /// Returns the members of an object that is written as `name[key]=value`; of several values
    /// for a key, the first. Objects within it are not taken apart: `name[a][b]` has the key
    /// `a][b`.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_parameter`, for more than 16 brackets in one name.
    pub fn members(&self, name: &str) -> Result<Vec<(String, Cow<'a, str>)>> {
        let mut members: Vec<(String, Cow<'a, str>)> = Vec::new();
        for (full, value) in self.iter() {
            let Some((of, rest)) = full.split_once('[') else {
                continue;
            };
            let Some(key) = rest.strip_suffix(']').filter(|_| of == name) else {
                continue;
            };
            if rest.matches('[').count() >= MAX_DEPTH {
                let why = "It is nested too deep.";
                Err(HttpError::invalid_parameter(name, why))?;
            }
            if !members.iter().any(|(known, _)| known == key) {
                members.push((key.to_owned(), value));
            }
        }
        Ok(members)
    }

    fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let QueryOptions {
            keep_blank,
            split_commas,
        } = self.options;
        let pairs = self.raw.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let values = pairs.flat_map(move |(name, value)| {
            let mut rest = Some(value);
            std::iter::from_fn(move || {
                let text = rest?;
                let cut = if split_commas {
                    text.split_once(',')
                } else {
                    None
                };
                rest = cut.map(|(_, after)| after);
                Some((name, cut.map_or(text, |(value, _)| value)))
            })
        });
        values.filter(move |(_, value)| keep_blank || !value.is_empty())
    }
}

fn parse<T>(name: &str, text: &str) -> Result<T>
where
    T: FromStr,
    T::Err: Display,
{
    let wrong =
        |error| HttpError::invalid_parameter(name, expected::sentence::<T>("", text, error));
    Ok(text.parse().map_err(wrong)?)
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
    fn bounds_and_truth_values_say_what_they_want() {
        let query = Query::parse("n=5&x=nan&b=off&c&d=TRUE").unwrap();
        let detail =
            |error: crate::Error| error.to_http().unwrap().detail_text().unwrap().to_owned();
        assert_eq!(query.within("n", 1..=5).unwrap(), Some(5));
        for (result, why) in [
            (query.within("n", 6..), "must be at least 6"),
            (query.within("n", ..=4), "may not exceed 4"),
            (query.within("n", ..5), "must be less than 5"),
        ] {
            assert!(detail(result.unwrap_err()).ends_with(why));
        }
        assert!(query.within("x", 0.0..=1.0).is_err());
        assert_eq!(query.flag("b").unwrap(), Some(false));
        assert_eq!(query.flag("c").unwrap(), Some(true));
        assert_eq!(query.flag("e").unwrap(), None);
        assert_eq!(query.flag("d").unwrap_err().status(), 400);
    }

    #[test]
    fn lists_and_objects_are_put_together() {
        let query = Query::parse("a=1&a=2&b=1,2&p[k]=v&p[k]=w&p[]=x&q[k]=y&p[a][b]=z").unwrap();
        assert_eq!(query.list::<u8>("a").unwrap(), Some(vec![1, 2]));
        assert_eq!(query.list_by::<u8>("b", ',').unwrap(), Some(vec![1, 2]));
        assert_eq!(query.list::<u8>("b").unwrap_err().status(), 400);
        assert_eq!(query.list::<u8>("c").unwrap(), None);
        let members = query.members("p").unwrap();
        let members: Vec<_> = members.iter().map(|(k, v)| (k.as_str(), &**v)).collect();
        assert_eq!(members, [("k", "v"), ("", "x"), ("a][b", "z")]);
    }

    #[test]
    fn blanks_and_commas_are_read_as_the_app_wants_them() {
        let query = Query::parse("a=1,%2C2,&b=&c")
            .unwrap()
            .with_commas(true)
            .with_blanks(false);
        let pairs: Vec<_> = query.iter().collect();
        assert_eq!(pairs, [("a".into(), "1".into()), ("a".into(), ",2".into())]);
        assert!(!query.has("b") && !query.has("c"));
        assert_eq!(query.single("a").unwrap_err().status(), 400);
    }

    #[test]
    fn what_is_not_utf8_and_what_is_too_much_is_refused() {
        assert_eq!(Query::parse("a=%ff").unwrap_err().status(), 400);
        assert!(Query::parse(&"a&".repeat(1000)).is_ok());
        assert_eq!(Query::parse(&"a&".repeat(1001)).unwrap_err().status(), 400);
    }
}
