//! Errors in the formats of the app.

use std::collections::BTreeMap;

use falcon_core::header::{Accept, HeaderName, HeaderValue, VARY};
use falcon_core::{HttpError, Member, MemberView, Request, Response, serializers};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::formats::Format;
use crate::media::{Entry, Media};

/// How much of a reason is shown: it may quote the body, which may be long.
const MAX_REASON: usize = 200;

/// The types in which the core writes errors, and those that they are a kind of.
const BY_CORE: [&str; 5] = [
    "application/problem+json",
    "application/json",
    "application/problem+xml",
    "application/xml",
    "text/xml",
];

/// Writes an error as `application/problem+json` or `application/problem+xml`, or in a format of
/// the app's where the client likes that better than all of these.
pub(crate) fn serialize(req: &Request, resp: &mut Response, error: &HttpError) {
    let liked = req
        .accept()
        .and_then(|accept| liked(&accept, Media::of(req)));
    let written = liked.and_then(|entry| Some((entry, write(entry, error)?)));
    match written {
        Some((entry, body)) => {
            resp.set_content(entry.media_type.clone(), body);
            resp.add_vary(&HeaderName::from_static("accept"));
        }
        None => serializers::problem(req, resp, error),
    }
}

fn liked<'m>(accept: &Accept<'_>, media: &'m Media) -> Option<&'m Entry> {
    let quality = |entry: &Entry| {
        let name = entry.media_type.to_str().unwrap_or_default();
        accept.quality(name)
    };
    let mut best = BY_CORE.iter().map(|name| accept.quality(name)).max()?;
    let mut liked = None;
    for entry in media.offers().filter(|entry| has_members(&entry.format)) {
        if quality(entry) > best {
            best = quality(entry);
            liked = Some(entry);
        }
    }
    liked
}

/// Whether a format can carry a problem.
fn has_members(format: &Format) -> bool {
    match format {
        #[cfg(feature = "form")]
        Format::Form => false,
        #[cfg(feature = "text")]
        Format::Text => false,
        _ => true,
    }
}

fn write(entry: &Entry, error: &HttpError) -> Option<Vec<u8>> {
    let media_type = entry.media_type.to_str().ok()?;
    let mut body = Vec::new();
    let written = entry.format.write(&Problem(error), media_type, &mut body);
    written.ok().map(|()| body)
}

/// The members of RFC 9457, and those of its extension.
struct Problem<'a>(&'a HttpError);

impl Serialize for Problem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const STANDARD: [&str; 7] = [
            "type", "title", "status", "detail", "instance", "code", "link",
        ];
        let error = self.0;
        let mut map = serializer.serialize_map(None)?;
        if let Some(uri) = error.type_uri_text() {
            map.serialize_entry("type", uri)?;
        }
        map.serialize_entry("title", error.title_text())?;
        map.serialize_entry("status", &error.status().as_u16())?;
        if let Some(detail) = error.detail_text() {
            map.serialize_entry("detail", detail)?;
        }
        if let Some(instance) = error.instance_text() {
            map.serialize_entry("instance", instance)?;
        }
        map.serialize_entry("code", &*error.code_text())?;
        if let Some((text, href)) = error.link_parts() {
            let link = BTreeMap::from([("text", text), ("href", href), ("rel", "help")]);
            map.serialize_entry("link", &link)?;
        }
        for (name, member) in error.members().filter(|(name, _)| !STANDARD.contains(name)) {
            map.serialize_entry(name, &Shown(member))?;
        }
        map.end()
    }
}

struct Shown<'a>(&'a Member);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.view() {
            MemberView::Bool(value) => serializer.serialize_bool(value),
            MemberView::Number(number) => number_of(number, serializer),
            MemberView::Text(text) => serializer.serialize_str(text),
            MemberView::List(list) => serializer.collect_seq(list.iter().map(Shown)),
            MemberView::Object(members) => {
                let members = members.iter().map(|(name, value)| (name, Shown(value)));
                serializer.collect_map(members)
            }
            _ => serializer.serialize_unit(),
        }
    }
}

fn number_of<S: Serializer>(number: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(value) = number.parse::<u64>() {
        serializer.serialize_u64(value)
    } else if let Ok(value) = number.parse::<i64>() {
        serializer.serialize_i64(value)
    } else {
        serializer.serialize_f64(number.parse().unwrap_or_default())
    }
}

/// The header that says on what a choice depends.
pub(crate) fn vary_accept(error: HttpError) -> HttpError {
    error.header(VARY, HeaderValue::from_static("Accept"))
}

/// The beginning of a reason.
pub(crate) fn shown(reason: &str) -> String {
    match reason.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{}…", reason.get(..end).unwrap_or("")),
        None => reason.to_owned(),
    }
}
