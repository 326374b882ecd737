//! Taking header values apart.

/// Splits at a byte, but not inside a quoted string.
pub(crate) fn split_unquoted(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        let end = text.bytes().position(|b| {
            let ends = b == separator && !quoted;
            if b == b'"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && b == b'\\' && !escaped;
            ends
        });
        if let Some(end) = end {
            rest = text.get(end + 1..);
            text.get(..end)
        } else {
            rest = None;
            Some(text)
        }
    })
}

/// The elements of a list (RFC 9110 section 5.6.1), without the space around them.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    split_unquoted(text, b',').map(|element| element.trim_matches([' ', '\t']))
}

/// The bytes that may stand in a token. A table, since every media type of every request is read
/// byte by byte.
const TOKEN_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 128_u8 {
        table[b as usize] = b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
            );
        b += 1;
    }
    table
};

/// A byte that may stand in a token (RFC 9110 section 5.6.2).
pub(crate) fn is_token_byte(b: u8) -> bool {
    TOKEN_BYTES.get(usize::from(b)).is_some_and(|is| *is)
}

/// Whether a text is a token.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Takes a token or a quoted string from the beginning of a text: the value, unquoted, and what is
/// left.
pub(crate) fn take_word(text: &str) -> Option<(std::borrow::Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text
            .bytes()
            .position(|b| !is_token_byte(b))
            .unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end)?;
        return (end > 0).then_some((word.into(), rest));
    };
    let mut word = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((word.into(), quoted.get(at + 1..)?)),
            '\\' => word.push(chars.next()?.1),
            c => word.push(c),
        }
    }
    None
}
