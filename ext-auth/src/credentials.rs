//! The header `Authorization` (RFC 9110 section 11.4).

use falcon_core::Request;
use falcon_core::header::AUTHORIZATION;

use crate::Refusal;

/// What follows the scheme and one blank, if the header is there and names that scheme.
///
/// # Errors
///
/// There are two of them, or what follows is not one word.
pub(crate) fn credentials<'r>(req: &'r Request, scheme: &str) -> Result<Option<&'r str>, Refusal> {
    let mut lines = req.headers().get_all(AUTHORIZATION).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(Refusal::invalid("there are two headers `Authorization`"));
    }
    let Ok(line) = line.to_str() else {
        return Err(Refusal::invalid("`Authorization` is not ASCII"));
    };
    let end = line
        .find(|c: char| !c.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(c))
        .unwrap_or(line.len());
    let (named, rest) = line.split_at(end);
    if !named.eq_ignore_ascii_case(scheme) {
        return Ok(None);
    }
    let word = rest.strip_prefix(' ').unwrap_or_default();
    let is_word = !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    if !is_word {
        return Err(Refusal::invalid(
            "one word has to follow the scheme and a blank",
        ));
    }
    Ok(Some(word))
}
