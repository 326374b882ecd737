//! Entity tags.

use std::fmt;

use http::HeaderValue;

use crate::error::{HttpError, Result};

/// An entity tag: the validator of one representation.
///
/// # Examples
///
/// ```
/// use falcon_core::header::ETag;
///
/// let tag = ETag::strong("v7")?;
/// assert_eq!(tag.to_string(), "\"v7\"");
/// assert!(!tag.strong_eq(&ETag::weak("v7")?));
/// assert!(tag.weak_eq(&ETag::weak("v7")?));
/// # Ok::<(), falcon_core::Error>(())
/// ```
///
/// # Specification
///
/// RFC 9110 section 8.8.3.
#[derive(Clone, Debug)]
pub struct ETag {
    weak: bool,
    tag: Box<str>,
}

impl ETag {
    /// Makes a strong tag: equal tags mean equal bytes.
    ///
    /// # Errors
    ///
    /// 500 where the text holds a quotation mark, a control character or is not ASCII.
    pub fn strong(tag: impl Into<Box<str>>) -> Result<Self> {
        Self::new(false, tag.into())
    }

    /// Makes a weak tag: equal tags mean the same thing said, perhaps in other bytes.
    ///
    /// # Errors
    ///
    /// As [`ETag::strong`].
    pub fn weak(tag: impl Into<Box<str>>) -> Result<Self> {
        Self::new(true, tag.into())
    }

    fn new(weak: bool, tag: Box<str>) -> Result<Self> {
        if tag.bytes().all(is_tag_byte) {
            return Ok(Self { weak, tag });
        }
        let error = format!(
            "an entity tag cannot hold {tag:?}: only visible ASCII without quotation marks"
        );
        Err(HttpError::internal_server_error().caused_by(error).into())
    }

    /// Parses one tag with its quotation marks, weak or not.
    pub fn parse(text: &str) -> Option<Self> {
        let (tag, rest) = Self::take(text.trim())?;
        rest.is_empty().then_some(tag)
    }

    /// Takes a tag from the beginning of a text, and returns what is left.
    fn take(text: &str) -> Option<(Self, &str)> {
        let weak = text.starts_with("W/");
        let quoted = if weak { text.get(2..)? } else { text }.strip_prefix('"')?;
        let (tag, rest) = quoted.split_once('"')?;
        let tag = tag.bytes().all(is_tag_byte).then(|| tag.into())?;
        Some((Self { weak, tag }, rest))
    }

    /// Returns the tag without its quotation marks.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Tells whether the tag is weak.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// Compares as `If-Match` does: both strong, and equal.
    pub fn strong_eq(&self, other: &Self) -> bool {
        !self.weak && !other.weak && self.tag == other.tag
    }

    /// Compares as `If-None-Match` does: equal, weak or not.
    pub fn weak_eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }

    /// Returns the tag as a header value.
    pub fn to_header(&self) -> HeaderValue {
        // Every byte was checked when the tag was made.
        HeaderValue::from_str(&self.to_string())
            .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\"{}\"", if self.weak { "W/" } else { "" }, self.tag)
    }
}

/// Visible ASCII but for the quotation mark; obs-text is not taken.
fn is_tag_byte(b: u8) -> bool {
    matches!(b, 0x21 | 0x23..=0x7e)
}

/// The value of `If-Match` or `If-None-Match`: `*`, or a list of tags.
///
/// # Specification
///
/// RFC 9110 sections 13.1.1 and 13.1.2.
#[derive(Clone, Debug)]
pub struct ETags(Option<Vec<ETag>>);

impl ETags {
    /// Parses the header's value; several lines are to be joined by commas.
    ///
    /// `None` is returned for what is neither `*` nor a list of quoted tags.
    pub fn parse(value: &str) -> Option<Self> {
        let mut rest = value.trim();
        if rest == "*" {
            return Some(Self(None));
        }
        let mut tags = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                return (!tags.is_empty()).then_some(Self(Some(tags)));
            }
            let (tag, after) = ETag::take(rest)?;
            tags.push(tag);
            rest = after.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        }
    }

    /// Tells whether the value is `*`: any representation that exists.
    pub fn is_any(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the tags; none where the value is `*`.
    pub fn tags(&self) -> &[ETag] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Tells whether `*` or one of the tags matches strongly, as `If-Match` demands.
    pub fn matches_strong(&self, current: &ETag) -> bool {
        self.0
            .as_ref()
            .is_none_or(|tags| tags.iter().any(|tag| tag.strong_eq(current)))
    }

    /// Tells whether `*` or one of the tags matches weakly, as `If-None-Match` demands.
    pub fn matches_weak(&self, current: &ETag) -> bool {
        self.0
            .as_ref()
            .is_none_or(|tags| tags.iter().any(|tag| tag.weak_eq(current)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_with_commas_inside_quotes() {
        let tags = ETags::parse(" \"a,b\" , W/\"c\",,\"\" ").unwrap();
        assert!(tags.matches_strong(&ETag::strong("a,b").unwrap()));
        assert!(!tags.matches_strong(&ETag::strong("c").unwrap()));
        assert!(tags.matches_weak(&ETag::strong("c").unwrap()));
        assert!(ETags::parse("*").unwrap().is_any());
    }

    #[test]
    fn what_is_no_list_of_quoted_tags_is_refused() {
        for value in [
            "",
            ",",
            "a",
            "\"a",
            "\"a\" \"b\"",
            "w/\"a\"",
            "*, \"a\"",
            "\"a b\"",
            "\"\u{e9}\"",
        ] {
            assert!(ETags::parse(value).is_none(), "{value}");
        }
    }
}
