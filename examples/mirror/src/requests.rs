//! `/q`: what the request says, as the framework reads it.

use std::net::{IpAddr, Ipv4Addr};

use falcon::header::{ETag, ETags, HttpDate, RangeSpec};
use falcon::prelude::*;
use falcon::{Body, header::Forwarded};
use serde_json::{Map, Value as Json, json};

use crate::value::Value;
use crate::{header, media, show, time};

/// The path as text.
fn decoded(text: &str) -> String {
    falcon::uri::decode(text).map_or_else(|| text.to_owned(), std::borrow::Cow::into_owned)
}

fn target(req: &Request) -> String {
    let path = decoded(req.path());
    match req.query_string() {
        "" => path,
        query => format!("{path}?{query}"),
    }
}

/// A header, all its lines; null if it is absent or empty.
fn filled(req: &Request, name: &'static str) -> Option<String> {
    told(req, name).filter(|value| !value.is_empty())
}

/// A header, all its lines; null if it is absent.
pub(crate) fn told(req: &Request, name: &'static str) -> Option<String> {
    let name = header::HeaderName::from_static(name);
    let is_there = req.headers().contains_key(&name);
    is_there.then(|| all_lines(req, &name))
}

pub(crate) struct Uri;

impl Resource for Uri {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let host = req.host().unwrap_or_default();
        let netloc = req.authority().unwrap_or_default();
        let prefix = format!("{}://{netloc}", req.scheme());
        let uri = format!("{prefix}{}", target(req));
        let answer = json!({
            "path": decoded(req.path()),
            "query_string": req.query_string(),
            "uri": uri,
            "url": uri,
            "relative_uri": target(req),
            "prefix": prefix,
            "root_path": "",
            "scheme": req.scheme(),
            "host": host,
            "port": req.port(),
            "netloc": netloc,
            "subdomain": host.split_once('.').map(|(first, _)| first),
            "rest": req.param("rest").unwrap_or_default(),
        });
        show(resp, &answer);
        Ok(())
    }
}

pub(crate) struct ForwardedInfo;

impl Resource for ForwardedInfo {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let hops = req.forwarded();
        let is_there = req.headers().contains_key(header::FORWARDED);
        let first = hops.first();
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let scheme = if is_there {
            first.and_then(Forwarded::proto).and_then(filled)
        } else {
            told(req, "x-forwarded-proto").map(|proto| proto.to_ascii_lowercase())
        };
        let host = if is_there {
            first.and_then(Forwarded::host).and_then(filled)
        } else {
            told(req, "x-forwarded-host")
        };
        let host = host.unwrap_or_else(|| req.authority().unwrap_or_default().into_owned());
        let scheme = scheme.unwrap_or_else(|| req.scheme().into_owned());
        let prefix = format!("{scheme}://{host}");
        let shown = hops.iter().map(|hop| {
            json!({"src": hop.for_node(), "dest": hop.by_node(), "host": hop.host(),
                   "scheme": hop.proto()})
        });
        let route = access_route(req, &hops);
        let answer = json!({
            "forwarded": is_there.then(|| shown.collect::<Json>()),
            "forwarded_scheme": scheme,
            "forwarded_host": host,
            "forwarded_uri": format!("{prefix}{}", target(req)),
            "forwarded_prefix": prefix,
            "remote_addr": route.last(),
            "access_route": route,
        });
        show(resp, &answer);
        Ok(())
    }
}

/// Whoever says that it passed the request on, and in the end the peer.
fn access_route(req: &Request, hops: &[Forwarded]) -> Vec<String> {
    let mut route: Vec<String> = if req.headers().contains_key(header::FORWARDED) {
        let node = |hop: &Forwarded| match hop.for_addr() {
            Some(addr) => Some(addr.to_string()),
            None => hop.for_node().map(str::to_owned),
        };
        hops.iter().filter_map(node).collect()
    } else if let Some(list) = told(req, "x-forwarded-for") {
        list.split(',').map(|item| item.trim().to_owned()).collect()
    } else {
        told(req, "x-real-ip").into_iter().collect()
    };
    let peer = req
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip());
    if route.last() != Some(&peer.to_string()) {
        route.push(peer.to_string());
    }
    route
}

pub(crate) struct Headers;

/// Of which the last line counts; the lines of others are joined.
const SINGLE: [header::HeaderName; 9] = [
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::EXPECT,
    header::FROM,
    header::HOST,
    header::MAX_FORWARDS,
    header::REFERER,
    header::USER_AGENT,
];

fn all_lines(req: &Request, name: &header::HeaderName) -> String {
    let lines = req.headers().get_all(name).iter();
    // Latin-1: each byte is the character of its number.
    let text =
        |line: &header::HeaderValue| line.as_bytes().iter().map(|b| char::from(*b)).collect();
    let mut lines: Vec<String> = lines.map(text).collect();
    if SINGLE.contains(name) {
        lines.pop().unwrap_or_default()
    } else {
        lines.join(",")
    }
}

impl Resource for Headers {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let names = req.headers().keys();
        let shown = names.map(|name| (name.to_string(), json!(all_lines(req, name))));
        show(resp, &Json::Object(shown.collect::<Map<_, _>>()));
        Ok(())
    }
}

/// One header, in three ways.
pub(crate) struct Header;

impl Header {
    fn required(req: &Request) -> Result<(String, bool)> {
        let name = req.param("name").unwrap_or_default().to_owned();
        let required = req.query()?.flag("required")?.unwrap_or(false);
        Ok((name, required))
    }

    fn value(resp: &mut Response, value: &Json) {
        show(resp, &json!({"value": value}));
    }

    pub(crate) async fn text(&self, req: &mut Request, resp: &mut Response) -> Result {
        let (name, required) = Self::required(req)?;
        if required {
            req.required_header(&name)?;
        }
        let parsed = header::HeaderName::from_bytes(name.as_bytes()).ok();
        let lines = parsed.filter(|name| req.headers().contains_key(name));
        let lines = lines.map(|name| all_lines(req, &name));
        let default = || Ok::<_, Error>(req.query()?.get("default").map(Into::into));
        let value = match lines {
            Some(lines) => Some(lines),
            None => default()?,
        };
        Self::value(resp, &json!(value));
        Ok(())
    }

    pub(crate) async fn int(&self, req: &mut Request, resp: &mut Response) -> Result {
        let (name, required) = Self::required(req)?;
        let value: Option<i64> = req.header_as(&name)?;
        if required && value.is_none() {
            Err(HttpError::missing_header(&name))?;
        }
        Self::value(resp, &json!(value));
        Ok(())
    }

    pub(crate) async fn date(&self, req: &mut Request, resp: &mut Response) -> Result {
        let (name, required) = Self::required(req)?;
        let value = date(req, &name)?;
        if required && value.is_none() {
            Err(HttpError::missing_header(&name))?;
        }
        Self::value(resp, &json!(value));
        Ok(())
    }
}

/// A date header as ISO 8601.
fn date(req: &Request, name: &str) -> Result<Option<String>> {
    let date: Option<HttpDate> = req.header_as(name)?;
    date.map(|date| Ok(format!("{}+00:00", time::clock_of(date.get())?)))
        .transpose()
}

pub(crate) struct Cookies;

impl Resource for Cookies {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let cookies = req.cookies()?;
        let (mut first, mut all) = (Map::new(), Map::new());
        for (name, value) in cookies.iter() {
            first.entry(name).or_insert_with(|| json!(value));
            let values: Json = cookies.all(name).collect();
            all.insert(name.to_owned(), values);
        }
        show(
            resp,
            &json!({"cookies": first, "values": all, "absent": null}),
        );
        Ok(())
    }
}

/// Conditions, dates, ranges.
pub(crate) struct Conditions;

impl Conditions {
    pub(crate) async fn etags(&self, req: &mut Request, resp: &mut Response) -> Result {
        let shown = |tags: Option<ETags>| match tags {
            None => Json::Null,
            Some(tags) if tags.is_any() => json!(["*"]),
            Some(tags) => {
                let one = |tag: &ETag| json!({"value": tag.tag(), "weak": tag.is_weak()});
                tags.tags().iter().map(one).collect()
            }
        };
        let (if_match, if_none_match) = (shown(req.if_match()?), shown(req.if_none_match()?));
        show(
            resp,
            &json!({"if_match": if_match, "if_none_match": if_none_match}),
        );
        Ok(())
    }

    pub(crate) async fn dates(&self, req: &mut Request, resp: &mut Response) -> Result {
        let answer = json!({
            "date": date(req, "Date")?,
            "if_modified_since": date(req, "If-Modified-Since")?,
            "if_unmodified_since": date(req, "If-Unmodified-Since")?,
        });
        show(resp, &answer);
        Ok(())
    }

    pub(crate) async fn range(&self, req: &mut Request, resp: &mut Response) -> Result {
        let range = req.range()?;
        let span = match range.as_ref().map(falcon::header::Range::specs) {
            None => Json::Null,
            Some([RangeSpec::FromTo(first, last)]) => {
                json!([
                    first,
                    last.map_or(-1, |last| i64::try_from(last).unwrap_or(i64::MAX))
                ])
            }
            Some([RangeSpec::Last(count)]) => {
                json!([i64::try_from(*count).map_or(i64::MIN, |count| -count), -1])
            }
            Some(_) => {
                let why = "The value must be a continuous range.";
                Err(HttpError::invalid_header("Range", why))?
            }
        };
        let unit = range.as_ref().map(falcon::header::Range::unit);
        let if_range = filled(req, "if-range");
        show(
            resp,
            &json!({"range": span, "unit": unit, "if_range": if_range}),
        );
        Ok(())
    }
}

/// What the client accepts.
pub(crate) struct Accepting;

const OFFERS: [&str; 7] = [
    "application/json",
    "application/xml",
    "text/html",
    "text/plain; charset=utf-8",
    "image/png",
    "application/vnd.mirror+json;v=1",
    "application/vnd.mirror+json;v=2",
];

impl Accepting {
    pub(crate) async fn known(&self, req: &mut Request, resp: &mut Response) -> Result {
        let accepts = OFFERS.map(|offer| (offer.to_owned(), json!(req.accepts(offer))));
        let msgpack = ["application/x-msgpack", "application/msgpack"];
        let answer = json!({
            "accept": filled(req, "accept").unwrap_or_else(|| "*/*".to_owned()),
            "json": req.accepts("application/json"),
            "xml": req.accepts("application/xml"),
            "msgpack": msgpack.iter().any(|media_type| req.accepts(media_type)),
            "accepts": accepts.into_iter().collect::<Map<_, _>>(),
            "prefers": req.prefers(&OFFERS),
        });
        show(resp, &answer);
        Ok(())
    }

    pub(crate) async fn offers(&self, req: &mut Request, resp: &mut Response) -> Result {
        let offers = req.query()?.list::<String>("offer")?;
        let offers = offers.ok_or_else(|| HttpError::missing_parameter("offer"))?;
        let offers: Vec<&str> = offers.iter().map(String::as_str).collect();
        let accepts: Vec<bool> = offers.iter().map(|offer| req.accepts(offer)).collect();
        let prefers = req.prefers(&offers);
        show(resp, &json!({"accepts": accepts, "prefers": prefers}));
        Ok(())
    }
}

pub(crate) struct Info;

impl Info {
    pub(crate) async fn answer(&self, req: &mut Request, resp: &mut Response) -> Result {
        let answer = json!({
            "method": req.method().as_str(),
            "content_length": req.header_as::<u64>("Content-Length")?,
            "content_type": told(req, "content-type"),
            "referer": filled(req, "referer"),
            "user_agent": filled(req, "user-agent"),
            "auth": filled(req, "authorization"),
            "expect": filled(req, "expect"),
            "if_range": filled(req, "if-range"),
            "last_event_id": filled(req, "last-event-id"),
        });
        show(resp, &answer);
        Ok(())
    }

    pub(crate) fn responders() -> Responders<Self> {
        let info = Responders::of(Self)
            .on_get(Self::answer)
            .on_post(Self::answer);
        info.on_put(Self::answer).on_delete(Self::answer)
    }
}

/// The body as bytes, whatever its type.
pub(crate) struct Bytes;

impl Bytes {
    pub(crate) async fn sum(&self, req: &mut Request, resp: &mut Response) -> Result {
        let body: Body = req.take_body()?;
        let bytes = body.read(u64::MAX).await?;
        let sum: u64 = bytes.iter().map(|byte| u64::from(*byte)).sum();
        let head: String = bytes
            .iter()
            .take(32)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        show(
            resp,
            &json!({"length": bytes.len(), "sum": sum % 65_536, "head": head}),
        );
        Ok(())
    }

    pub(crate) async fn unread(&self, _req: &mut Request, resp: &mut Response) -> Result {
        show(resp, &json!({"unread": true}));
        Ok(())
    }
}

/// The whole query as a JSON document.
pub(crate) struct QueryMedia;

impl Resource for QueryMedia {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value = match req.query_string() {
            "" => Value::text("nothing"),
            query => media::parse_json(decoded(query).as_bytes())?,
        };
        show(resp, &value.typed());
        Ok(())
    }
}
