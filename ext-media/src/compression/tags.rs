//! Entity tags of representations that are compressed.
//!
//! A compressed representation is another one, and has a strong tag of its own (RFC 9110 section
//! 8.8.3): the plain one's, with the coding behind two hyphens. Before the app sees a request, the plain
//! tag is put beside each such tag in its conditions, so that a write which names the tag of a compressed
//! response is decided by the state of the resource.

use falcon_core::Request;
use falcon_core::header::{ETAG, HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH};

use super::coding::{ALL, Coding};

/// Puts plain tags beside those with one of these codings.
pub(super) fn add_plain(req: &mut Request, codings: &[Coding]) {
    for name in [IF_MATCH, IF_NONE_MATCH] {
        if let falcon_core::header::Entry::Occupied(mut lines) = req.headers_mut().entry(name) {
            for line in lines.iter_mut() {
                if let Some(both) = with_plain(line, codings) {
                    *line = both;
                }
            }
        }
    }
}

/// A list of tags with the plain ones added; `None` where there are none to add.
fn with_plain(line: &HeaderValue, codings: &[Coding]) -> Option<HeaderValue> {
    let text = line.to_str().ok()?;
    let mut both = text.to_owned();
    for coding in codings {
        let end = format!("--{}\"", coding.name());
        for (at, _) in text.match_indices(&end) {
            let start = text.get(..at)?.rfind('"')?;
            let weak = text.get(..start)?.ends_with("W/");
            both.push_str(if weak { ", W/" } else { ", " });
            both.push_str(text.get(start..at)?);
            both.push('"');
        }
    }
    (both != text).then(|| HeaderValue::from_str(&both).ok())?
}

/// The tag of a compressed representation. A weak one is good for both.
pub(super) fn with_coding(etag: &HeaderValue, coding: Coding) -> Option<HeaderValue> {
    let text = etag.to_str().ok()?;
    let tag = text
        .strip_suffix('"')
        .filter(|text| text.starts_with('"'))?;
    HeaderValue::from_str(&format!("{tag}--{}\"", coding.name())).ok()
}

/// Gives a 304 the tag by which the client knows what it has.
pub(super) fn name_known(req: &Request, headers: &mut HeaderMap, codings: &[Coding]) {
    let known = headers.get(ETAG).and_then(|etag| {
        codings.iter().find_map(|coding| {
            let tag = with_coding(etag, *coding)?;
            names(req, &tag).then_some(tag)
        })
    });
    if let Some(known) = known {
        headers.insert(ETAG, known);
    }
}

/// Whether the client has a representation with that tag.
fn names(req: &Request, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default();
    let mut lines = req.headers().get_all(IF_NONE_MATCH).iter();
    lines.any(|line| line.to_str().is_ok_and(|line| line.contains(tag)))
}

/// The codings whose tags count in a request: those that the client takes where it reads, for it may
/// be told to use what it has; all of them where it writes.
pub(super) fn counted(req: &Request, reads: bool) -> Vec<Coding> {
    let accept = req.accept_encoding();
    let is_taken = |coding: &&Coding| {
        !reads
            || accept
                .as_ref()
                .is_some_and(|accept| accept.quality(coding.name()) > 0)
    };
    ALL.iter().filter(is_taken).copied().collect()
}
