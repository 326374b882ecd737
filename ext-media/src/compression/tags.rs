//! Entity tags of representations that are compressed.
//!
//! A compressed representation is another one, and has a strong tag of its own (RFC 9110 section
//! 8.8.3): the plain one's, with the coding behind two hyphens. Before the app sees a request, the
//! codings are taken off the tags in its conditions again, so that a write which names the tag of a
//! compressed response is decided by the state of the resource.

use falcon_core::Request;
use falcon_core::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};

use super::coding::{ALL, Coding};

/// The conditions as the client sent them.
#[derive(Debug, Default)]
pub(super) struct Sent(Vec<(HeaderName, HeaderValue)>);

const CONDITIONS: [HeaderName; 2] = [IF_MATCH, IF_NONE_MATCH];

/// Takes the codings off the tags of a request, and keeps what was there.
pub(super) fn take_off(req: &mut Request) {
    let headers = req.headers();
    if !CONDITIONS.iter().any(|name| headers.contains_key(name)) {
        return;
    }
    let mut sent = Sent::default();
    for name in &CONDITIONS {
        for line in headers.get_all(name) {
            sent.0.push((name.clone(), line.clone()));
        }
    }
    let plain: Vec<_> = sent
        .0
        .iter()
        .map(|(name, line)| (name, without_coding(line)))
        .collect();
    if plain.iter().all(|(_, line)| line.is_none()) {
        return;
    }
    let plain: Vec<_> = plain
        .into_iter()
        .zip(&sent.0)
        .map(|((name, plain), (_, line))| (name.clone(), plain.unwrap_or_else(|| line.clone())))
        .collect();
    replace(req.headers_mut(), plain);
    req.context_mut().insert(sent);
}

/// Puts the conditions back as they were sent, and returns them.
pub(super) fn put_back(req: &mut Request) -> Option<Sent> {
    let sent = req.context_mut().remove::<Sent>()?;
    replace(req.headers_mut(), sent.0.iter().cloned());
    Some(sent)
}

fn replace(headers: &mut HeaderMap, lines: impl IntoIterator<Item = (HeaderName, HeaderValue)>) {
    for name in CONDITIONS {
        headers.remove(name);
    }
    for (name, line) in lines {
        headers.append(name, line);
    }
}

/// A list of tags without the codings at their ends; `None` where there are none.
fn without_coding(line: &HeaderValue) -> Option<HeaderValue> {
    let text = line.to_str().ok()?;
    let plain = ALL.iter().fold(text.to_owned(), |text, coding| {
        text.replace(&format!("--{}\"", coding.name()), "\"")
    });
    (plain != text).then(|| HeaderValue::from_str(&plain).ok())?
}

/// The tag of a compressed representation. A weak one is good for both.
pub(super) fn with_coding(etag: &HeaderValue, coding: Coding) -> Option<HeaderValue> {
    let text = etag.to_str().ok()?;
    let tag = text
        .strip_suffix('"')
        .filter(|text| text.starts_with('"'))?;
    HeaderValue::from_str(&format!("{tag}--{}\"", coding.name())).ok()
}

impl Sent {
    /// Gives a 304 the tag by which the client knows what it has.
    pub(super) fn name_in(&self, headers: &mut HeaderMap) {
        let known = headers.get(ETAG).and_then(|etag| {
            ALL.iter().find_map(|coding| {
                let tag = with_coding(etag, *coding)?;
                self.names(&tag).then_some(tag)
            })
        });
        if let Some(known) = known {
            headers.insert(ETAG, known);
        }
    }

    fn names(&self, tag: &HeaderValue) -> bool {
        let tag = tag.to_str().unwrap_or_default();
        let mut conditions = self.0.iter().filter(|(name, _)| name == IF_NONE_MATCH);
        conditions.any(|(_, line)| line.to_str().is_ok_and(|line| line.contains(tag)))
    }
}
