//! The `Cookie` header.

use std::borrow::Cow;

use super::split::is_token;

/// The cookies of a request, in their order.
///
/// **Shape:** pairs are separated by `;`, names from values by the first `=`. A value is what the
/// client sent: neither unquoted nor percent-decoded, since what a server sets comes back as it was
/// set. What has no `=`, or a name that is no token, is left out.
///
/// # Examples
///
/// ```
/// use falcon_core::header::Cookies;
///
/// let cookies = Cookies::new("a=1; b=x=y; a=2");
/// assert_eq!(cookies.get("a"), Some("1"));
/// assert_eq!(cookies.all("a").collect::<Vec<_>>(), ["1", "2"]);
/// assert_eq!(cookies.get("b"), Some("x=y"));
/// ```
///
/// # Specification
///
/// RFC 6265bis sections 4.2 and 5.8.3.
#[derive(Clone, Debug)]
pub struct Cookies<'a> {
    value: Cow<'a, str>,
}

impl<'a> Cookies<'a> {
    /// Takes the header's value; several lines, which HTTP/2 makes, are to be joined by `; `.
    pub fn new(value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            value: value.into(),
        }
    }

    /// Returns all cookies, names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pieces().filter_map(|piece| {
            let (name, value) = piece.split_once('=')?;
            let (name, value) = (name.trim(), value.trim());
            is_token(name).then_some((name, value))
        })
    }

    /// Returns the value of a cookie: the first one, if there are several, which is the one with
    /// the longest path.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value)
    }

    /// Returns all values of a cookie.
    pub fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n str> {
        self.iter()
            .filter(move |(n, _)| *n == name)
            .map(|(_, value)| value)
    }

    fn pieces(&self) -> impl Iterator<Item = &str> {
        self.value
            .split(';')
            .filter(|piece| !piece.trim().is_empty())
    }

    pub(crate) fn has_more_than(&self, most: usize) -> bool {
        self.pieces().nth(most).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_pairs_are_cookies_and_values_stay_as_they_came() {
        let cookies = Cookies::new("===;;;a; =b; \"; c=%zz; d=\"x y\"; e f=1; g=a=b=c");
        let pairs: Vec<_> = cookies.iter().collect();
        assert_eq!(pairs, [("c", "%zz"), ("d", "\"x y\""), ("g", "a=b=c")]);
    }
}
