//! `/resp/cookie`: POST of a list of cookies to set and unset.

use std::time::{Duration, SystemTime};

use falcon::header::{SameSite, SetCookie};
use falcon::prelude::*;
use serde_json::{Value as Json, json};

use crate::headers::rejected;
use crate::media;
use crate::{show, time, unexpected};

pub(crate) struct SetCookies;

impl Resource for SetCookies {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let media = media::read(req).await?.plain();
        for item in media.as_array().ok_or_else(|| unexpected("no list"))? {
            let cookie = cookie_of(item)?;
            let is_set = item.get("op").is_none_or(|op| op == "set");
            let refused = || {
                if is_set {
                    rejected()
                } else {
                    unexpected("a cookie of that name cannot be removed")
                }
            };
            resp.set_cookie(&cookie).or(Err(refused()))?;
        }
        show(resp, &json!({"ok": true}));
        Ok(())
    }
}

/// What a cookie may be given when it is set, and when it is removed.
const TO_SET: [&str; 11] = [
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
    "partitioned",
];
const TO_REMOVE: [&str; 6] = ["op", "name", "domain", "path", "same_site", "samesite"];

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
    let is_set = item.get("op").is_none_or(|op| op == "set");
    check_arguments(item, if is_set { &TO_SET } else { &TO_REMOVE })?;
    let text = |name: &str| {
        let text = item.get(name).and_then(Json::as_str);
        text.filter(|text| !text.is_empty())
    };
    let name = item.get("name").and_then(Json::as_str);
    let name = name.ok_or_else(|| unexpected("a cookie has a name"))?;
    let mut cookie = if is_set {
        let value = item
            .get("value")
            .ok_or_else(|| unexpected("a cookie has a value"))?;
        SetCookie::new(name, value.as_str().ok_or_else(rejected)?)
    } else {
        SetCookie::removal(name)
    };
    if let Some(domain) = text("domain") {
        cookie = cookie.domain(domain);
    }
    if let Some(path) = text("path") {
        cookie = cookie.path(path);
    }
    if let Some(policy) = text("same_site").or_else(|| text("samesite")) {
        cookie = cookie.same_site(match policy.to_ascii_lowercase().as_str() {
            "strict" => SameSite::Strict,
            "lax" => SameSite::Lax,
            "none" => SameSite::None,
            _ => return Err(rejected()),
        });
    }
    if is_set {
        with_flags(cookie, item)
    } else {
        Ok(cookie.http_only(true))
    }
}

/// What only a cookie that is set has.
fn with_flags(mut cookie: SetCookie, item: &Json) -> Result<SetCookie> {
    match item.get("expires") {
        None | Some(Json::Null) => {}
        Some(expires) => {
            let text = expires.as_str().ok_or_else(|| unexpected("no date"))?;
            cookie = cookie.expires(moment(text)?);
        }
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
    if let Some(secure) = item.get("secure").filter(|secure| !secure.is_null()) {
        cookie = cookie.secure(is_true(secure));
    }
    Ok(cookie
        .http_only(item.get("http_only").is_none_or(is_true))
        .partitioned(item.get("partitioned").is_some_and(is_true)))
}

/// What counts as true in Python.
fn is_true(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(on) => *on,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(list) => !list.is_empty(),
        Json::Object(members) => !members.is_empty(),
    }
}

/// An ISO 8601 date and time, or a date at midnight; in UTC, unless it says otherwise.
pub(crate) fn moment(text: &str) -> Result<SystemTime> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(at.into());
    }
    time::moment_of(text.parse()?)
}
