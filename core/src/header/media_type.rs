//! Media types, as `Content-Type` names one.

use std::borrow::Cow;

use super::split::{is_token, take_word};

/// More parameters than any media type has.
const MAX_PARAMS: usize = 32;

/// A media type: type, subtype with its suffix, parameters.
///
/// **Shape:** types, subtypes and the names of parameters compare without case, the values of
/// parameters with it; the order of parameters does not count.
///
/// # Examples
///
/// ```
/// use falcon_core::header::MediaType;
///
/// let media_type = MediaType::parse("application/vnd.acme.v2+JSON; charset=\"utf-8\"").unwrap();
/// assert_eq!(media_type.subtype(), "vnd.acme.v2+JSON");
/// assert!(media_type.has_suffix("json"));
/// assert_eq!(media_type.param("Charset").as_deref(), Some("utf-8"));
/// assert_eq!(media_type, MediaType::parse("APPLICATION/vnd.acme.v2+json;charset=utf-8").unwrap());
/// assert!(MediaType::parse("application/json, text/plain").is_none());
/// ```
///
/// # Specification
///
/// RFC 9110 section 8.3.1; suffixes: RFC 6838 section 4.2.8.
#[derive(Clone, Copy, Debug)]
pub struct MediaType<'a> {
    essence: &'a str,
    kind: &'a str,
    subtype: &'a str,
    params: &'a str,
}

impl<'a> MediaType<'a> {
    /// Parses a media type, or a range of them such as `text/*`.
    ///
    /// `None` where it is malformed, names a parameter twice, or has more than 32.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (essence, params) = text.split_once(';').unwrap_or((text, ""));
        let essence = essence.trim_matches([' ', '\t']);
        let (kind, subtype) = essence.split_once('/')?;
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let this = Self {
            essence,
            kind,
            subtype,
            params,
        };
        (params.is_empty() || this.has_good_params()).then_some(this)
    }

    /// Returns type and subtype, as they were written: `application/vnd.acme.v2+json`.
    pub fn essence(&self) -> &'a str {
        self.essence
    }

    /// Returns the type: `application`.
    pub fn main_type(&self) -> &'a str {
        self.kind
    }

    /// Returns the subtype, with its suffix: `vnd.acme.v2+json`.
    pub fn subtype(&self) -> &'a str {
        self.subtype
    }

    /// Returns the structured syntax suffix, without its plus sign: `json`.
    pub fn suffix(&self) -> Option<&'a str> {
        self.subtype.rsplit_once('+').map(|(_, suffix)| suffix)
    }

    /// Tells whether the structured syntax suffix is this one.
    pub fn has_suffix(&self, suffix: &str) -> bool {
        self.suffix()
            .is_some_and(|own| own.eq_ignore_ascii_case(suffix))
    }

    /// Tells whether type and subtype are these, whatever the parameters.
    pub fn is(&self, essence: &str) -> bool {
        self.essence.eq_ignore_ascii_case(essence)
    }

    /// Returns the value of a parameter, without its quotes.
    pub fn param(&self, name: &str) -> Option<Cow<'a, str>> {
        self.params()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Returns the parameters in their order, with their values without quotes.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        Params(self.params).map_while(Result::ok)
    }

    /// Tells whether a `charset`, if there is one, is UTF-8 or a part of it. Formats such as JSON have no
    /// such parameter, and one that is told must be the one that is used (RFC 8259 section 8.1).
    pub fn is_utf8(&self) -> bool {
        let known = ["utf-8", "utf8", "us-ascii"];
        self.param("charset").is_none_or(|charset| {
            let mut known = known.iter();
            known.any(|known| charset.eq_ignore_ascii_case(known))
        })
    }

    fn has_good_params(&self) -> bool {
        let mut seen: Vec<&str> = Vec::new();
        Params(self.params).all(|param| {
            let Ok((name, _)) = param else {
                return false;
            };
            let is_new = !seen.iter().any(|other| other.eq_ignore_ascii_case(name));
            seen.push(name);
            is_new && seen.len() <= MAX_PARAMS
        })
    }
}

impl PartialEq for MediaType<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.essence)
            && self.params().count() == other.params().count()
            && self
                .params()
                .all(|(name, value)| other.param(name).as_deref() == Some(&*value))
    }
}

impl Eq for MediaType<'_> {}

impl std::fmt::Display for MediaType<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.essence)?;
        if !self.params.is_empty() {
            write!(f, ";{}", self.params)?;
        }
        Ok(())
    }
}

/// What stands behind the first semicolon, taken apart; `Err` is the end of what can be read.
struct Params<'a>(&'a str);

impl<'a> Iterator for Params<'a> {
    type Item = Result<(&'a str, Cow<'a, str>), ()>;

    fn next(&mut self) -> Option<Self::Item> {
        // An empty parameter is none: `a/b;` and `a/b;;c=d` are written, and read by everybody.
        let rest = self.0.trim_start_matches([' ', '\t', ';']);
        self.0 = "";
        if rest.is_empty() {
            return None;
        }
        let Some((param, rest)) = take_param(rest) else {
            return Some(Err(()));
        };
        self.0 = rest;
        Some(Ok(param))
    }
}

fn take_param(text: &str) -> Option<((&str, Cow<'_, str>), &str)> {
    let (name, rest) = text.split_once('=')?;
    let (value, rest) = take_word(rest)?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let is_end = rest.is_empty() || rest.starts_with(';');
    (is_token(name) && is_end).then_some(((name, value), rest))
}

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[test]
    fn what_is_malformed_is_no_media_type() {
        let too_many: String = (0..33).map(|i| format!(";p{i}=1")).collect();
        for text in [
            "",
            "application",
            "application/",
            "/json",
            "a/b/c",
            "a b/c",
            "a/b\tc",
            "a/b;c",
            "a/b;=c",
            "a/b;c=",
            "a/b;c = d",
            "a/b;c=\"d",
            "a/b;c=\"d\"e",
            "a/b;c=d,",
            "a/b;c=d;C=d",
            "\u{e9}/b",
            &format!("a/b{too_many}"),
        ] {
            assert!(MediaType::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn quotes_and_spaces_do_not_count() {
        let media_type = MediaType::parse(" text/plain ; a=\"b;\\\"c\" ;; d=e;").unwrap();
        let params: Vec<_> = media_type.params().collect();
        assert_eq!(params, [("a", "b;\"c".into()), ("d", "e".into())]);
        assert!(media_type.is("TEXT/Plain"));
        assert_eq!(
            MediaType::parse("a/b; c=d; e=f"),
            MediaType::parse("A/B;E=\"f\";C=d")
        );
        assert_ne!(MediaType::parse("a/b;c=d"), MediaType::parse("a/b;c=D"));
        assert_ne!(MediaType::parse("a/b;c=d"), MediaType::parse("a/b"));
    }
}
