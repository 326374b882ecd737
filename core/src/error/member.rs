//! The value of a problem's extension member.

use std::borrow::Cow;
use std::fmt::Write;

/// The value of a problem's extension member: text, number, truth value, list or object.
///
/// **Shape:** made by `From` of strings, numbers, booleans, `Option`, `Vec` and, for an object, a
/// `Vec` of name and value.
///
/// # Examples
///
/// ```
/// use falcon_core::{HttpError, Member};
///
/// let at = vec![("line", Member::from(3_u64)), ("column", Member::from(14_u64))];
/// let error = HttpError::bad_request().member("at", at).member("allowed", vec!["a", "b"]);
/// assert_eq!(error.members().count(), 2);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Member(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Null,
    Bool(bool),
    Number(String),
    Text(Cow<'static, str>),
    List(Vec<Member>),
    Object(Vec<(Cow<'static, str>, Member)>),
}

/// What a [`Member`] holds, for a serializer of your own.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum MemberView<'a> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as JSON writes it.
    Number(&'a str),
    /// A text.
    Text(&'a str),
    /// Values in their order.
    List(&'a [Member]),
    /// Names and values in their order.
    Object(&'a [(Cow<'static, str>, Member)]),
}

impl Member {
    /// Returns what the value is.
    pub fn view(&self) -> MemberView<'_> {
        match &self.0 {
            Kind::Null => MemberView::Null,
            Kind::Bool(value) => MemberView::Bool(*value),
            Kind::Number(number) => MemberView::Number(number),
            Kind::Text(text) => MemberView::Text(text),
            Kind::List(list) => MemberView::List(list),
            Kind::Object(members) => MemberView::Object(members),
        }
    }

    /// Writes the value as JSON (RFC 8259).
    pub(crate) fn write_json(&self, out: &mut String) {
        match &self.0 {
            Kind::Null => out.push_str("null"),
            Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Kind::Number(number) => out.push_str(number),
            Kind::Text(text) => json_string(text, out),
            Kind::List(list) => separated(out, ['[', ']'], list, Self::write_json),
            Kind::Object(members) => separated(out, ['{', '}'], members, |(name, value), out| {
                json_string(name, out);
                out.push(':');
                value.write_json(out);
            }),
        }
    }

    /// Writes the value as the content of an XML element; a list as `<i>` elements (RFC 9457
    /// appendix B).
    pub(super) fn write_xml(&self, out: &mut String) {
        match &self.0 {
            Kind::Null => {}
            Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Kind::Number(number) => out.push_str(number),
            Kind::Text(text) => xml_text(text, out),
            Kind::List(list) => {
                for value in list {
                    out.push_str("<i>");
                    value.write_xml(out);
                    out.push_str("</i>");
                }
            }
            Kind::Object(members) => {
                for (name, value) in members {
                    xml_element(name, out, |out| value.write_xml(out));
                }
            }
        }
    }
}

fn separated<T>(
    out: &mut String,
    [open, close]: [char; 2],
    list: &[T],
    mut write: impl FnMut(&T, &mut String),
) {
    out.push(open);
    for (i, value) in list.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(value, out);
    }
    out.push(close);
}

/// Writes a JSON string with its quotes.
pub(super) fn json_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Also what would end a script element or a line where JSON is put into HTML or JavaScript.
            c if c < ' ' || matches!(c, '<' | '>' | '&' | '\u{7f}' | '\u{2028}' | '\u{2029}') => {
                escape(c, out);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn escape(c: char, out: &mut String) {
    // Writing to a string cannot fail.
    let _written = write!(out, "\\u{:04x}", u32::from(c));
}

/// Writes text that is safe between tags. What XML 1.0 cannot carry becomes U+FFFD.
pub(super) fn xml_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

/// Writes an element. A name that XML does not allow is mended: `_` for every wrong character.
pub(super) fn xml_element(name: &str, out: &mut String, content: impl FnOnce(&mut String)) {
    let first = name
        .chars()
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let name: String = (if first { "" } else { "_" })
        .chars()
        .chain(name.chars().map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        }))
        .collect();
    out.push('<');
    out.push_str(&name);
    out.push('>');
    content(out);
    out.push_str("</");
    out.push_str(&name);
    out.push('>');
}

impl From<bool> for Member {
    fn from(value: bool) -> Self {
        Self(Kind::Bool(value))
    }
}

impl From<f64> for Member {
    /// A number that JSON cannot carry (infinite, not a number) becomes null.
    fn from(value: f64) -> Self {
        Self(if value.is_finite() {
            Kind::Number(value.to_string())
        } else {
            Kind::Null
        })
    }
}

macro_rules! from_integers {
    ($($int:ty),*) => { $(
        impl From<$int> for Member {
            fn from(value: $int) -> Self {
                Self(Kind::Number(value.to_string()))
            }
        }
    )* };
}
from_integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

macro_rules! from_text {
    ($($text:ty),*) => { $(
        impl From<$text> for Member {
            fn from(text: $text) -> Self {
                Self(Kind::Text(text.into()))
            }
        }
    )* };
}
from_text!(String, Cow<'static, str>);

impl From<&str> for Member {
    fn from(text: &str) -> Self {
        Self(Kind::Text(Cow::Owned(text.to_owned())))
    }
}

impl<T: Into<Self>> From<Option<T>> for Member {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self(Kind::Null), Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Member {
    fn from(list: Vec<T>) -> Self {
        Self(Kind::List(list.into_iter().map(Into::into).collect()))
    }
}

impl<N: Into<Cow<'static, str>>> From<Vec<(N, Self)>> for Member {
    fn from(members: Vec<(N, Self)>) -> Self {
        Self(Kind::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        ))
    }
}
