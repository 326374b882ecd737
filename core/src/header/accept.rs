//! The `Accept` header.

use std::borrow::Cow;

use super::MediaType;
use super::quality::{MediaRange, best, elements};

/// The media ranges that a client accepts, with their qualities.
///
/// **Shape:** types, subtypes and parameter names compare without case; a quoted comma does not
/// end an element; an element that is malformed is passed over and spoils no other. A range with
/// parameters matches the types that have them all; 100 elements are considered. A blank header
/// accepts everything, one in which nothing can be read accepts nothing; whoever would rather
/// answer than refuse asks [`is_empty`](Self::is_empty).
///
/// # Examples
///
/// ```
/// use falcon_core::header::Accept;
///
/// let accept = Accept::new("text/*;q=0.3, text/html;q=0.7, */*;q=0.5");
/// assert_eq!(accept.quality("text/html"), 700);
/// assert_eq!(accept.quality("text/plain"), 300);
/// assert_eq!(accept.quality("image/png"), 500);
/// ```
///
/// # Specification
///
/// RFC 9110 section 12.5.1.
#[derive(Clone, Debug)]
pub struct Accept<'a> {
    value: Cow<'a, str>,
}

impl<'a> Accept<'a> {
    /// Takes the header's value; several header lines are to be joined by commas.
    pub fn new(value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            value: value.into(),
        }
    }

    /// Returns the quality of a media type in thousandths: 1000 is best, 0 is not acceptable.
    ///
    /// The most specific range that matches decides (RFC 9110 section 12.5.1), whatever its place;
    /// of two that are as specific the better one. A text that is no media type has 0.
    pub fn quality(&self, media_type: &str) -> u16 {
        let Some(wanted) = MediaType::parse(media_type) else {
            return 0;
        };
        // Nothing said is nothing refused. Most clients name all or one, and need no closer look.
        let said = self.value.trim_matches([' ', '\t']);
        if said.is_empty() || said == "*/*" || said == wanted.essence() {
            return 1000;
        }
        let mut best = (None, 0);
        for range in elements(&self.value).filter_map(MediaRange::parse) {
            let specificity = range.specificity(&wanted);
            if specificity.is_some() {
                best = best.max((specificity, range.quality));
            }
        }
        best.1
    }

    /// Tells whether there is no media range in it that can be read, so that it says nothing.
    pub fn is_empty(&self) -> bool {
        elements(&self.value).find_map(MediaRange::parse).is_none()
    }

    /// Returns the media type with the best quality; of equals the first, and none of quality 0.
    ///
    /// ```
    /// use falcon_core::header::Accept;
    ///
    /// let accept = Accept::new("text/html;q=0.5, application/json");
    /// assert_eq!(accept.best_of(&["text/html", "application/json"]), Some("application/json"));
    /// assert_eq!(accept.best_of(&["image/png"]), None);
    /// ```
    pub fn best_of<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        best(offers, |offer| self.quality(offer))
    }

    /// Tells whether a word stands anywhere in the header: a quick way to rule a type out.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        self.value
            .as_bytes()
            .windows(word.len())
            .any(|at| at.eq_ignore_ascii_case(word.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::Accept;

    #[test]
    fn the_most_specific_range_decides() {
        let rows = [
            ("*/*", "text/html", 1000),
            ("text/*;q=0.5, text/html;q=0", "text/html", 0),
            ("text/html;q=0, */*", "text/html", 0),
            ("TEXT/HTML", "text/html", 1000),
            (
                "text/html;level=1, text/html;q=0.4",
                "text/html;level=1",
                1000,
            ),
            ("text/html;level=1, text/html;q=0.4", "text/html", 400),
            ("a/b;x=\"1,2\";q=0.2, c/d", "c/d", 1000),
            ("a/b;q=2, c/d", "a/b", 0),
            ("nonsense,,application/json", "application/json", 1000),
            ("*/html, image/png", "text/html", 0),
            ("text/html, *; q=.2", "image/png", 200),
            ("", "text/html", 1000),
            (",,;;;,\"", "text/html", 0),
            ("text/html;q=2", "text/html", 0),
            ("a/b/c, text/html", "image/png", 0),
            ("text/html;q=0.2, text/html;q=0.7", "text/html", 700),
            ("application/json;v=1", "application/json", 0),
            ("application/json", "application/json;v=1", 1000),
            ("application/json;charset=UTF-8", "application/json", 1000),
            ("application/json;charset=utf-16", "application/json", 0),
        ];
        for (accept, media_type, quality) in rows {
            assert_eq!(
                Accept::new(accept).quality(media_type),
                quality,
                "{accept} for {media_type}"
            );
        }
    }
}
