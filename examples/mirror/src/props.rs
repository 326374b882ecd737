//! `/resp/props`: POST of an object of properties that the response is to have.

use std::time::Duration;

use falcon::header::{self, ETag, HeaderName};
use falcon::prelude::*;
use serde_json::Value as Json;

use crate::cookies::moment;
use crate::kinds::IndexMissing;
use crate::value::Value;
use crate::{latin1, media, unexpected};

pub(crate) struct Props;

impl Resource for Props {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("ok");
        let Value::Object(members) = media::read(req).await? else {
            return Err(unexpected("no object"));
        };
        for (name, value) in members {
            set(resp, &name, &value.plain())?;
        }
        Ok(())
    }
}

fn set(resp: &mut Response, name: &str, value: &Json) -> Result {
    match (name, value) {
        ("downloadable_as" | "viewable_as", Json::Null) => {
            resp.remove_header(header::CONTENT_DISPOSITION);
        }
        ("status", value) => {
            let code = value
                .as_u64()
                .or_else(|| value.as_str()?.get(..3)?.parse().ok());
            let code = u16::try_from(code.ok_or_else(wrong_type)?)?;
            resp.set_status(StatusCode::from_u16(code)?);
        }
        (_, Json::Null) => {
            resp.remove_header(&header_name(name)?);
        }
        (_, Json::String(text)) => return set_text(resp, name, text),
        ("cache_control", Json::Array(directives)) => {
            resp.set_cache_control(directives.iter().filter_map(Json::as_str))?;
        }
        ("vary", Json::Array(names)) => {
            for name in names.iter().filter_map(Json::as_str) {
                resp.add_vary(&header_name(name)?);
            }
        }
        ("content_range", Json::Array(range)) => content_range(resp, range)?,
        ("retry_after", Json::Number(seconds)) if seconds.is_u64() => {
            let seconds = seconds.as_u64().unwrap_or_default();
            resp.set_retry_after(Duration::from_secs(seconds));
        }
        (name, other) => return set_text(resp, name, &other.to_string()),
    }
    Ok(())
}

fn set_text(resp: &mut Response, name: &str, text: &str) -> Result {
    match name {
        // What has no last character, cannot end in a quotation mark.
        "etag" if text.is_empty() => Err(IndexMissing)?,
        "etag" => {
            let tag = ETag::parse(text).map_or_else(|| ETag::strong(text), Ok)?;
            resp.set_etag(&tag)
        }
        "last_modified" => resp.set_last_modified(moment(text)?),
        "expires" => resp.set_expires(moment(text)?),
        "location" => resp.set_location(text),
        "content_location" => resp.set_content_location(text),
        "downloadable_as" => resp.set_downloadable_as(text),
        "viewable_as" => resp.set_viewable_as(text),
        "content_type" | "accept_ranges" | "retry_after" => {
            resp.set_header(header_name(name)?, latin1(text)?)?
        }
        "cache_control" | "vary" | "content_range" => return Err(wrong_type()),
        _ => Err(HttpError::bad_request().title("unknown property"))?,
    };
    Ok(())
}

/// The header that a property sets.
fn header_name(property: &str) -> Result<HeaderName> {
    Ok(HeaderName::from_bytes(
        property.replace('_', "-").as_bytes(),
    )?)
}

fn wrong_type() -> Error {
    unexpected("a value of another type")
}

fn content_range(resp: &mut Response, range: &[Json]) -> Result {
    let number = |at: usize| range.get(at).and_then(Json::as_u64);
    let text = |at: usize| match range.get(at) {
        Some(Json::String(text)) => Ok(text.clone()),
        Some(other) => Ok(other.to_string()),
        None => Err(IndexMissing),
    };
    let (first, last, length) = (text(0)?, text(1)?, text(2)?);
    match (number(0), number(1), range.get(3).and_then(Json::as_str)) {
        (Some(first), Some(last), None) if first <= last && length != "*" => {
            resp.set_content_range(first..last + 1, number(2));
        }
        (_, _, unit) => {
            let value = format!("{} {first}-{last}/{length}", unit.unwrap_or("bytes"));
            resp.set_header(header::CONTENT_RANGE, value)?;
        }
    }
    Ok(())
}
