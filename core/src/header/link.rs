//! The `Link` header.

use http::HeaderValue;

use super::split::is_token;
use crate::uri;

/// A link to another resource; [`Response::append_link`](crate::Response::append_link) adds it.
///
/// # Examples
///
/// ```
/// use falcon_core::header::Link;
///
/// let link = Link::new("/things?page=2", "next").title("More");
/// assert_eq!(link.to_string(), "</things?page=2>; rel=next; title=\"More\"");
/// ```
///
/// # Specification
///
/// RFC 8288 section 3. Falcon: `resp.append_link`.
#[derive(Clone, Debug)]
#[must_use = "a link is sent by `Response::append_link`"]
pub struct Link {
    text: String,
}

impl Link {
    /// Makes a link of a target, which is percent-encoded where it has to be, and the relations
    /// that it stands in: `next`, `alternate`, several with spaces between, or a URI.
    pub fn new(target: &str, rel: &str) -> Self {
        let mut link = Self {
            text: format!("<{}>", uri::encode(target)),
        };
        link.word("rel", rel);
        link
    }

    /// Sets the title. One that is not plain ASCII is sent as `title*`.
    pub fn title(mut self, title: &str) -> Self {
        if title.chars().all(is_quotable) {
            self.quoted("title", title);
        } else {
            self.extended("title*", "", title);
        }
        self
    }

    /// Sets the title in a language, given by its tag: `de`.
    pub fn title_in(mut self, language: &str, title: &str) -> Self {
        self.extended("title*", language, title);
        self
    }

    /// Sets what the link is from, where it is not this resource.
    pub fn anchor(mut self, anchor: &str) -> Self {
        let anchor = uri::encode(anchor).into_owned();
        self.quoted("anchor", &anchor);
        self
    }

    /// Adds a language in which the target is written.
    pub fn hreflang(mut self, language: &str) -> Self {
        self.word("hreflang", language);
        self
    }

    /// Sets the media type of the target.
    pub fn media_type(mut self, media_type: &str) -> Self {
        self.quoted("type", media_type);
        self
    }

    /// Adds a parameter of an extension: `as`, `media`, or one without a value, `crossorigin`.
    /// Characters that cannot stand in its name are left out, and it is where none is left.
    pub fn param(mut self, name: &str, value: &str) -> Self {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || "!#$&+-.^_`|~".contains(*c);
        let name: String = name.chars().filter(is_plain).collect();
        match (name.as_str(), value) {
            ("", _) => {}
            (name, "") => self.text.extend(["; ", name]),
            (name, value) => self.word(name, value),
        }
        self
    }

    /// A value that needs quotes only where it is no token.
    fn word(&mut self, name: &str, value: &str) {
        if is_token(value) {
            self.text.extend(["; ", name, "=", value]);
        } else {
            self.quoted(name, value);
        }
    }

    fn quoted(&mut self, name: &str, value: &str) {
        self.text.push_str("; ");
        self.text.push_str(name);
        self.text.push_str("=\"");
        for c in value.chars() {
            match c {
                '"' | '\\' => self.text.extend(['\\', c]),
                c if is_quotable(c) => self.text.push(c),
                _ => self.text.push('_'),
            }
        }
        self.text.push('"');
    }

    /// RFC 8187: a value with its encoding and language.
    fn extended(&mut self, name: &str, language: &str, value: &str) {
        let (language, value) = (uri::encode_value(language), uri::encode_value(value));
        self.text
            .extend(["; ", name, "=UTF-8'", &language, "'", &value]);
    }

    pub(crate) fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// Visible ASCII and the space.
fn is_quotable(c: char) -> bool {
    c == ' ' || c.is_ascii_graphic()
}

impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_encoded_where_it_has_to_be() {
        let link = Link::new("/a b>", "alternate")
            .title("sa\"y\\")
            .title_in("en", "\u{20ac}")
            .media_type("text/html")
            .hreflang("de")
            .anchor("/x y")
            .param("as\r\n", "a\nb")
            .param("crossorigin", "");
        assert_eq!(
            link.to_string(),
            "</a%20b%3E>; rel=alternate; title=\"sa\\\"y\\\\\"; title*=UTF-8'en'%E2%82%AC; \
             type=\"text/html\"; hreflang=de; anchor=\"/x%20y\"; as=\"a_b\"; \
             crossorigin"
        );
        assert!(!link.to_header().is_empty());
        let odd = Link::new("/", "").param("\u{e9}", "v");
        assert_eq!(odd.to_string(), "</>; rel=\"\"");
    }
}
