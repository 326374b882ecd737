//! The `Content-Disposition` header.

use http::HeaderValue;

use crate::uri;

/// Writes `kind; filename="…"`, and beside it `filename*` where the name is more than plain ASCII.
///
/// What could end the quoted string, name a folder, or not be shown becomes `_` in the plain form.
///
/// # Specification
///
/// RFC 6266 sections 4.3 and appendix D; RFC 8187 section 3.2.
pub(crate) fn disposition(kind: &str, name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| {
            let shown = c == ' ' || c.is_ascii_graphic();
            let kept = shown && !matches!(c, '"' | '\\' | '/' | '%');
            if kept { c } else { '_' }
        })
        .collect();
    let mut value = format!("{kind}; filename=\"{plain}\"");
    if plain != name {
        value.push_str("; filename*=UTF-8''");
        value.push_str(&uri::encode_value(name));
    }
    HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_quotes() {
        for (name, value) in [
            ("a.pdf", "attachment; filename=\"a.pdf\""),
            (
                "a\"; filename=evil.exe\r\n",
                "attachment; filename=\"a_; filename=evil.exe__\"; \
                 filename*=UTF-8''a%22%3B%20filename%3Devil.exe%0D%0A",
            ),
            (
                "na\u{ef}ve/..\\x.txt",
                "attachment; filename=\"na_ve_.._x.txt\"; \
                 filename*=UTF-8''na%C3%AFve%2F..%5Cx.txt",
            ),
        ] {
            assert_eq!(disposition("attachment", name), value, "{name}");
        }
    }
}
