//! `/resp/props`: POST of an object of properties that the response is to have.

use std::time::Duration;

use falcon::header::{self, ETag, HeaderName};
use falcon::prelude::*;
use serde_json::Value as Json;

use crate::cookies::moment;
use crate::kinds::IndexMissing;
use crate::{media, unexpected};

pub(crate) struct Props;

impl Resource for Props {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("ok");
        let media = media::read(req).await?.plain();
        for (name, value) in media.as_object().ok_or_else(|| unexpected("no object"))? {
            set(resp, name, value)?;
        }
        Ok(())
    }
}

fn set(resp: &mut Response, name: &str, value: &Json) -> Result {
    let header = HeaderName::from_bytes(name.replace('_', "-").as_bytes())?;
    let shown = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let wrong = || unexpected("a value of another type");
    match (name, value) {
        ("status", value) => {
            let code = value
                .as_u64()
                .or_else(|| shown.get(..3)?.parse().ok())
                .ok_or_else(wrong)?;
            resp.set_status(StatusCode::from_u16(u16::try_from(code)?)?);
        }
        ("downloadable_as" | "viewable_as", Json::Null) => {
            resp.remove_header(header::CONTENT_DISPOSITION);
        }
        (_, Json::Null) => {
            resp.remove_header(&header);
        }
        // What has no last character, cannot end in a quotation mark.
        ("etag", Json::String(tag)) if tag.is_empty() => Err(IndexMissing)?,
        ("etag", Json::String(tag)) => {
            let tag = match ETag::parse(tag) {
                Some(tag) => tag,
                None => ETag::strong(tag.as_str())?,
            };
            resp.set_etag(&tag);
        }
        ("last_modified", Json::String(at)) => {
            resp.set_last_modified(moment(at)?);
        }
        ("expires", Json::String(at)) => {
            resp.set_expires(moment(at)?);
        }
        ("cache_control", Json::Array(directives)) => {
            resp.set_cache_control(directives.iter().filter_map(Json::as_str))?;
        }
        ("vary", Json::Array(names)) => {
            for name in names.iter().filter_map(Json::as_str) {
                resp.add_vary(&HeaderName::from_bytes(name.as_bytes())?);
            }
        }
        ("location", Json::String(url)) => {
            resp.set_location(url);
        }
        ("content_location", Json::String(url)) => {
            resp.set_content_location(url);
        }
        ("content_range", Json::Array(range)) => content_range(resp, range)?,
        ("downloadable_as", Json::String(name)) => {
            resp.set_downloadable_as(name);
        }
        ("viewable_as", Json::String(name)) => {
            resp.set_viewable_as(name);
        }
        ("retry_after", Json::Number(seconds)) if seconds.is_u64() => {
            let seconds = seconds.as_u64().unwrap_or_default();
            resp.set_retry_after(Duration::from_secs(seconds));
        }
        ("content_type" | "accept_ranges" | "retry_after", _) => {
            resp.set_header(header, shown)?;
        }
        (
            "etag" | "last_modified" | "expires" | "cache_control" | "vary" | "location"
            | "content_location" | "content_range" | "downloadable_as" | "viewable_as",
            _,
        ) => {
            return Err(wrong());
        }
        _ => Err(HttpError::bad_request().title("unknown property"))?,
    }
    Ok(())
}

fn content_range(resp: &mut Response, range: &[Json]) -> Result {
    let number = |at: usize| range.get(at).and_then(Json::as_u64);
    let (Some(first), Some(last), Some(_)) = (number(0), number(1), range.get(2)) else {
        Err(IndexMissing)?
    };
    match range.get(3).and_then(Json::as_str) {
        None => {
            resp.set_content_range(first..last + 1, number(2));
        }
        Some(unit) => {
            let length = range.get(2).map(ToString::to_string).unwrap_or_default();
            let value = format!("{unit} {first}-{last}/{}", length.trim_matches('"'));
            resp.set_header(header::CONTENT_RANGE, value)?;
        }
    }
    Ok(())
}
