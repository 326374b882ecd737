//! Putting one set of headers on top of another.

use http::{HeaderMap, HeaderName, header};

/// Headers that are lists: what one side has said and what the other says are both true.
const LISTS: [HeaderName; 4] = [
    header::LINK,
    header::SET_COOKIE,
    header::VARY,
    header::WWW_AUTHENTICATE,
];

/// Takes over headers, in place of those of the same name that are no lists.
pub(crate) fn merge(from: HeaderMap, to: &mut HeaderMap) {
    for name in from.keys().filter(|name| !LISTS.contains(name)) {
        to.remove(name);
    }
    let mut last = None;
    for (name, value) in from {
        last = name.or(last);
        if let Some(name) = &last {
            to.append(name, value);
        }
    }
}
