//! `/resp/cookie`: POST of a list of cookies to set and unset.

use std::time::{Duration, SystemTime};

use falcon::header::{SameSite, SetCookie};
use falcon::prelude::*;
use serde_json::{Value as Json, json};

use crate::headers::rejected;
use crate::media;
use crate::{show, unexpected};

pub(crate) struct SetCookies;

impl Resource for SetCookies {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let media = media::read(req).await?.plain();
        for item in media.as_array().ok_or_else(|| unexpected("no list"))? {
            let cookie = cookie_of(item)?;
            resp.set_cookie(&cookie).or(Err(rejected()))?;
        }
        show(resp, &json!({"ok": true}));
        Ok(())
    }
}

const ARGUMENTS: [&str; 12] = [
    "op",
    "name",
    "value",
    "expires",
    "max_age",
    "domain",
    "path",
    "secure",
    "http_only",
    "same_site",
    "samesite",
    "partitioned",
];

/// An argument that nobody knows is a mistake of the program's.
pub(crate) fn check_arguments(item: &Json, known: &[&str]) -> Result {
    let unknown = |name: &String| !known.contains(&name.as_str());
    match item
        .as_object()
        .and_then(|item| item.keys().find(|name| unknown(name)))
    {
        Some(_) => Err(unexpected("an unknown argument")),
        None => Ok(()),
    }
}

fn cookie_of(item: &Json) -> Result<SetCookie> {
    check_arguments(item, &ARGUMENTS)?;
    let text = |name: &str| {
        item.get(name)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
    };
    let flag = |name: &str| item.get(name).and_then(Json::as_bool);
    let name = text("name").ok_or_else(|| unexpected("a cookie has a name"))?;
    let is_set = text("op").is_none_or(|op| op == "set");
    let mut cookie = if is_set {
        SetCookie::new(
            name,
            item.get("value")
                .and_then(Json::as_str)
                .ok_or_else(rejected)?,
        )
    } else {
        SetCookie::removal(name)
    };
    if let Some(expires) = text("expires") {
        cookie = cookie.expires(moment(expires)?);
    }
    match item.get("max_age") {
        Some(Json::Number(age)) => {
            let age = age
                .as_f64()
                .and_then(|age| Duration::try_from_secs_f64(age).ok());
            cookie = cookie.max_age(age.ok_or_else(rejected)?);
        }
        None | Some(Json::Null) => {}
        Some(_) => return Err(rejected()),
    }
    if let Some(domain) = text("domain") {
        cookie = cookie.domain(domain);
    }
    if let Some(path) = text("path") {
        cookie = cookie.path(path);
    }
    if let Some(secure) = flag("secure") {
        cookie = cookie.secure(secure);
    }
    if let Some(policy) = text("same_site").or_else(|| text("samesite")) {
        cookie = cookie.same_site(match policy.to_ascii_lowercase().as_str() {
            "strict" => SameSite::Strict,
            "lax" => SameSite::Lax,
            "none" => SameSite::None,
            _ => return Err(rejected()),
        });
    }
    Ok(cookie
        .http_only(flag("http_only").unwrap_or(true))
        .partitioned(flag("partitioned").unwrap_or(false)))
}

/// An ISO 8601 date and time, or a date at midnight; in UTC, unless it says otherwise.
pub(crate) fn moment(text: &str) -> Result<SystemTime> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(at.into());
    }
    let clock: jiff::civil::DateTime = text.parse()?;
    Ok(jiff::tz::Offset::UTC.to_timestamp(clock)?.into())
}
