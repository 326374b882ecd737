//! Which paths are paths at all.

use std::borrow::Cow;

use crate::error::HttpError;

/// A path that some template could rightly match, and whether it holds escapes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedPath<'a> {
    text: &'a str,
    escaped: bool,
}

/// What a byte may be in a path.
const PLAIN: u8 = 0;
const ESCAPE: u8 = 1;
/// A space, a control character, what is not ASCII, and some that mark the ends of URLs (RFC 3986
/// section 3.3).
const FORBIDDEN: u8 = 2;

const KINDS: [u8; 256] = {
    let mut kinds = [PLAIN; 256];
    let mut byte = 0_u8;
    loop {
        kinds[byte as usize] = match byte {
            b'%' => ESCAPE,
            0..=b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x7f.. => {
                FORBIDDEN
            }
            _ => PLAIN,
        };
        if byte == u8::MAX {
            break kinds;
        }
        byte += 1;
    }
};

fn kind(byte: u8) -> u8 {
    KINDS[usize::from(byte)]
}

/// Returns all kinds of bytes in a text, eight bytes at a time. All of them are looked at, since a
/// loop that can end early is slower; some twice, which does no harm.
#[inline]
fn kinds_in(text: &[u8]) -> u8 {
    let of_all = |bytes: &[u8]| bytes.iter().fold(PLAIN, |kinds, byte| kinds | kind(*byte));
    let of_eight = |bytes: &[u8; 8]| of_all(bytes);
    let Some(last) = text.last_chunk() else {
        return of_all(text);
    };
    let words = text.chunks_exact(8).filter_map(|word| word.try_into().ok());
    words.fold(of_eight(last), |kinds, word| kinds | of_eight(word))
}

impl<'a> CheckedPath<'a> {
    /// RFC 3986: an escape is `%` and two hex digits (section 2.1), everything else is what a path
    /// may hold (section 3.3). Beyond it: what the escapes give is UTF-8 without control
    /// characters, so that a field is text that can go into a log or a header.
    pub(crate) fn new(text: &'a str) -> Result<Self, HttpError> {
        let kinds = kinds_in(text.as_bytes());
        let path = Self {
            text,
            escaped: kinds != PLAIN,
        };
        if kinds == PLAIN {
            return Ok(path);
        }
        match fault(text) {
            None => Ok(path),
            Some(why) => Err(HttpError::bad_request()
                .title("Invalid path")
                .code("invalid_path")
                .detail(why)),
        }
    }

    pub(crate) fn as_str(&self) -> &'a str {
        self.text
    }

    pub(crate) fn is_escaped(&self) -> bool {
        self.escaped
    }

    /// Decodes a part of this path.
    pub(crate) fn decode<'p>(&self, part: &'p str) -> Cow<'p, str> {
        if self.escaped {
            percent_encoding::percent_decode_str(part).decode_utf8_lossy()
        } else {
            Cow::Borrowed(part)
        }
    }
}

#[cold]
fn fault(path: &str) -> Option<&'static str> {
    let is_whole =
        |escape: &str| escape.len() >= 2 && escape.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    if !path.is_ascii() {
        return Some("A character that is not ASCII must be percent-encoded in the path.");
    }
    if path.bytes().any(|byte| kind(byte) == FORBIDDEN) {
        return Some(
            "One of the characters \" < > \\ ^ ` { | } must be percent-encoded in the path.",
        );
    }
    if !path.split('%').skip(1).all(is_whole) {
        return Some("A percent sign in the path must be followed by two hex digits.");
    }
    path.split('/')
        .filter(|segment| segment.contains('%'))
        .find_map(
            |segment| match percent_encoding::percent_decode_str(segment).decode_utf8() {
                Ok(text) if text.chars().any(char::is_control) => {
                    Some("The path holds an escaped control character.")
                }
                Ok(_) => None,
                Err(_) => Some("The path holds escapes that are not UTF-8."),
            },
        )
}

#[cfg(test)]
mod tests {
    use super::CheckedPath;

    #[test]
    fn only_whole_escapes_of_utf8_text_are_taken() {
        for path in [
            "/",
            "/a-b_c.~",
            "/caf%C3%A9",
            "/%2f",
            "/%5C",
            "/a%20b",
            "*",
            "",
        ] {
            assert!(CheckedPath::new(path).is_ok(), "{path}");
        }
        for path in [
            "/a\"b", "/a|b", "/{a}", "/%zz", "/a%", "/a%4", "/%ff", "/%c0%ae", "/%0d%0aX", "/%00",
            "/%7f", "/a\\b", "/\u{e9}",
        ] {
            assert!(CheckedPath::new(path).is_err(), "{path}");
        }
    }
}
