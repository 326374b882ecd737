//! The headers of a part.

use falcon_core::Result;
use falcon_core::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::malformed;

/// What stands before the content of a part.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) headers: HeaderMap,
    pub(super) name: Option<String>,
    pub(super) file_name: Option<String>,
    /// `filename*`, as it was sent.
    pub(super) extended: Option<String>,
}

/// Which rules hold: those of RFC 7578 for a form, or of RFC 2046 alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    Form,
    Plain,
}

pub(super) fn parse(lines: &[u8], max_headers: usize, rules: Rules) -> Result<Head> {
    let mut head = Head::default();
    let lines = std::str::from_utf8(lines).map_err(|_| malformed("a header is not UTF-8"))?;
    for (i, line) in lines
        .split("\r\n")
        .filter(|line| !line.is_empty())
        .enumerate()
    {
        if i == max_headers {
            let why = format!("a part has more than {max_headers} headers");
            return Err(malformed(&why));
        }
        let (name, value) = header(line)?;
        if [CONTENT_DISPOSITION, CONTENT_TYPE].contains(&name) && head.headers.contains_key(&name) {
            return Err(malformed(&format!("a part has two headers {name}")));
        }
        head.headers.append(name, value);
    }
    check_transfer_encoding(&head.headers)?;
    read_disposition(&mut head, rules)?;
    Ok(head)
}

fn header(line: &str) -> Result<(HeaderName, HeaderValue)> {
    if line.starts_with([' ', '\t']) {
        return Err(malformed("a header goes on in a second line"));
    }
    if line.contains(['\r', '\n']) {
        return Err(malformed(
            "a line of a header ends in something else than CR LF",
        ));
    }
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| malformed("a header has no colon"))?;
    let parsed = HeaderName::from_bytes(name.as_bytes()).ok();
    let value = HeaderValue::from_bytes(value.trim_matches([' ', '\t']).as_bytes()).ok();
    parsed
        .zip(value)
        .ok_or_else(|| malformed("a header has characters that no header may have"))
}

/// RFC 7578 section 4.7 gives it up; a part that uses it all the same would be misread.
fn check_transfer_encoding(headers: &HeaderMap) -> Result {
    let plain = [&b"7bit"[..], b"8bit", b"binary"];
    let is_plain = |encoding: &HeaderValue| {
        let mut known = plain.iter();
        known.any(|plain| encoding.as_bytes().eq_ignore_ascii_case(plain))
    };
    let mut lines = headers.get_all("content-transfer-encoding").iter();
    if lines.all(is_plain) {
        return Ok(());
    }
    Err(malformed(
        "a part has a Content-Transfer-Encoding, which forms do not use any more",
    ))
}

fn read_disposition(head: &mut Head, rules: Rules) -> Result {
    let Some(value) = head.headers.get(CONTENT_DISPOSITION) else {
        return match rules {
            Rules::Form => Err(malformed("a part has no Content-Disposition")),
            Rules::Plain => Ok(()),
        };
    };
    // The lines were UTF-8, and so is this.
    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
    let (kind, params) = value.split_once(';').unwrap_or((&value, ""));
    if rules == Rules::Form && !kind.trim().eq_ignore_ascii_case("form-data") {
        return Err(malformed("a Content-Disposition is not form-data"));
    }
    let mut rest = params;
    while let Some((name, value)) = take_param(&mut rest)? {
        let slot = match name.to_ascii_lowercase().as_str() {
            "name" => &mut head.name,
            "filename" => &mut head.file_name,
            "filename*" => &mut head.extended,
            _ => continue,
        };
        if slot.replace(value).is_some() {
            return Err(malformed(&format!(
                "a Content-Disposition has `{name}` twice"
            )));
        }
    }
    if rules == Rules::Form && head.name.is_none() {
        return Err(malformed("a part has no name"));
    }
    Ok(())
}

/// Takes the next parameter off. In quotes, only a quote and a backslash can be escaped: browsers
/// write a backslash as it is, and a quote as `%22`, which nobody can tell from the three characters.
pub(super) fn take_param<'a>(rest: &mut &'a str) -> Result<Option<(&'a str, String)>> {
    let text = rest.trim_matches([' ', '\t', ';']);
    if text.is_empty() {
        return Ok(None);
    }
    let broken = || malformed("a parameter of a header is broken");
    let (name, value) = text.split_once('=').ok_or_else(broken)?;
    let name = name.trim();
    if name.is_empty() || name.contains([' ', '\t', ';', '"']) {
        return Err(broken());
    }
    let value = value.trim_start_matches([' ', '\t']);
    let Some(quoted) = value.strip_prefix('"') else {
        let (value, after) = value.split_once(';').unwrap_or((value, ""));
        *rest = after;
        return Ok(Some((name, value.trim_end().to_owned())));
    };
    let mut unquoted = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let after = quoted.get(at + 1..).unwrap_or_default();
                let after = after.trim_start_matches([' ', '\t']);
                *rest = after.strip_prefix(';').unwrap_or(after);
                return if after.is_empty() || after.starts_with(';') {
                    Ok(Some((name, unquoted)))
                } else {
                    Err(broken())
                };
            }
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => unquoted.push(escaped),
                None => unquoted.push('\\'),
            },
            c => unquoted.push(c),
        }
    }
    Err(broken())
}

/// `filename*` of RFC 8187, decoded; `None` where it is malformed, or of a charset that nobody
/// sends.
pub(super) fn decode_extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, encoded) = rest.split_once('\'')?;
    let mut escapes = encoded.split('%').skip(1);
    let is_escape = |text: &str| {
        text.get(..2)
            .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let is_whole = !encoded.is_empty() && escapes.all(is_escape);
    if !charset.eq_ignore_ascii_case("utf-8") || !is_whole {
        return None;
    }
    falcon_core::uri::decode(encoded).map(std::borrow::Cow::into_owned)
}
