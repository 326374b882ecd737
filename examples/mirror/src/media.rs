//! `/media`: bodies in several formats, in and out.

use std::borrow::Cow;

use falcon::Query;
use falcon::header::MediaType;
use falcon::media::{Media, MediaHandler, Target, Writable};
use falcon::prelude::*;
use serde_json::json;

use crate::value::Value;
use crate::{header, show, unexpected};

pub(crate) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const KV: &str = "application/vnd.mirror.kv";

pub(crate) const MSGPACK: &str = "application/msgpack";

/// The formats of the applications, in the order in which an error is offered in them.
pub(crate) fn formats(strict: bool) -> Media {
    let form = Own { name: FORM, strict };
    let kv = Own { name: KV, strict };
    Media::new()
        .json()
        .handler(form)
        .msgpack()
        .handler(kv)
        .lenient()
}

/// A format that is read and written in Falcon's way.
struct Own {
    name: &'static str,
    strict: bool,
}

impl MediaHandler for Own {
    fn media_types(&self) -> &[&str] {
        std::slice::from_ref(&self.name)
    }

    fn write(&self, value: Writable<'_>, _: &MediaType<'_>, out: &mut Vec<u8>) -> Result {
        let value: Value = serde_json::from_slice(&serde_json::to_vec(&value)?)?;
        let text = write(self.name, &value);
        out.extend(
            text.ok_or_else(|| unexpected("it cannot be written in that type"))?
                .bytes(),
        );
        Ok(())
    }

    fn read(&self, body: &[u8], _: &MediaType<'_>, target: Target<'_>) -> Result {
        let value = match self.name {
            FORM => parse_form(body, self.strict)?,
            _ => parse_kv(body)?,
        };
        let json = serde_json::to_vec(&value)?;
        target.read(&mut serde_json::Deserializer::from_slice(&json))?;
        Ok(())
    }
}

/// Reads the body by its type; without one, as JSON.
pub(crate) async fn read(req: &mut Request) -> Result<Value> {
    let value = read_some(req).await?;
    value.ok_or_else(|| empty(format_of(req).unwrap_or(JSON)))
}

fn empty(format: &str) -> Error {
    let name = name_of(format);
    malformed(
        format!("Invalid {name}"),
        format!("Could not parse an empty {name} body"),
    )
}

/// The same, where an empty body has a meaning.
async fn read_or(req: &mut Request, empty: Value) -> Result<Value> {
    Ok(read_some(req).await?.unwrap_or(empty))
}

/// The value in the body; an empty form has no fields, and everything else that is empty is nothing.
async fn read_some(req: &mut Request) -> Result<Option<Value>> {
    let format = format_of(req)?;
    req.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static(format),
    );
    let value = req
        .optional_media()
        .await
        .map_err(|error| told_as_falcon(error, format))?;
    let empty = (format == FORM).then(|| Value::Object(Vec::new()));
    Ok(value.or(empty))
}

/// What is wrong with a body, in Falcon's words.
pub(crate) fn told_as_falcon(error: Error, format: &str) -> Error {
    let Some(problem) = error.to_http() else {
        return error;
    };
    if problem.code_text() == "body_empty" {
        return empty(format);
    }
    let is_malformed = ["json_", "msgpack_"]
        .iter()
        .any(|code| problem.code_text().starts_with(code));
    if !is_malformed {
        return error;
    }
    let (name, why) = (name_of(format), problem.detail_text().unwrap_or_default());
    malformed(
        format!("Invalid {name}"),
        format!("Could not parse {name} body - {why}"),
    )
}

fn name_of(format: &str) -> &'static str {
    match format {
        MSGPACK => "MessagePack",
        KV => "KV",
        _ => "JSON",
    }
}

/// Which of the formats a `Content-Type` means. It is compared without case, and its parameters
/// do not matter.
fn format_of(req: &Request) -> Result<&'static str> {
    let Some(content_type) = req.content_type().filter(|text| !text.is_empty()) else {
        return Ok(JSON);
    };
    let essence = content_type.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("multipart/form-data") {
        return Err(unexpected(
            "a form with files is no value that could be shown",
        ));
    }
    let known = [JSON, FORM, MSGPACK, KV];
    let known = known
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(essence));
    let any = (essence == "*/*").then_some(JSON);
    Ok(known.or(any).ok_or_else(|| unsupported(content_type))?)
}

pub(crate) fn unsupported(content_type: &str) -> HttpError {
    let detail = format!("{content_type} is an unsupported media type.");
    HttpError::unsupported_media_type().detail(detail)
}

pub(crate) fn parse(req: &Request, format: &str, body: &[u8]) -> Result<Value> {
    match format {
        FORM => parse_form(body, is_strict(req)),
        KV => parse_kv(body),
        _ => parse_json(body),
    }
}

/// How `opts` reads forms: commas part values, blanks are dropped.
#[derive(Debug)]
pub(crate) struct StrictForms;

fn is_strict(req: &Request) -> bool {
    req.meta::<StrictForms>().is_some()
}

fn malformed(title: impl Into<Cow<'static, str>>, detail: String) -> Error {
    HttpError::bad_request().title(title).detail(detail).into()
}

pub(crate) fn parse_json(body: &[u8]) -> Result<Value> {
    const TITLE: &str = "Invalid JSON";
    if body.is_empty() {
        return Err(malformed(
            TITLE,
            "Could not parse an empty JSON body".to_owned(),
        ));
    }
    let parsed = serde_json::from_slice(body);
    let wrong =
        |error: serde_json::Error| malformed(TITLE, format!("Could not parse JSON body - {error}"));
    parsed.map_err(wrong)
}

pub(crate) fn parse_kv(body: &[u8]) -> Result<Value> {
    const TITLE: &str = "Invalid KV";
    if body.is_empty() {
        return Err(malformed(
            TITLE,
            "Could not parse an empty KV body".to_owned(),
        ));
    }
    let text = String::from_utf8_lossy(body);
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), Value::text(value.trim())))
    };
    let pairs: Option<Vec<_>> = text.split(';').map(pair).collect();
    let wrong = || malformed(TITLE, "Could not parse KV body".to_owned());
    Ok(Value::Object(pairs.ok_or_else(wrong)?))
}

pub(crate) fn parse_form(body: &[u8], strict: bool) -> Result<Value> {
    let text = std::str::from_utf8(body)
        .ok()
        .filter(|text| text.is_ascii());
    let wrong = || {
        let detail = "Could not parse URL-encoded body - it is not ASCII";
        malformed("Invalid URL-encoded", detail.to_owned())
    };
    let query = Query::parse(text.ok_or_else(wrong)?)?;
    Ok(object_of(query.with_commas(strict).with_blanks(!strict)))
}

/// Parameters as an object: a text each, and a list where there are several.
pub(crate) fn object_of(query: Query<'_>) -> Value {
    let mut members: Vec<(String, Value)> = Vec::new();
    for (name, value) in query.iter() {
        let value = Value::text(value);
        let known = members.iter_mut().find(|(known, _)| *known == name);
        match known.map(|(_, value)| value) {
            None => members.push((name.into_owned(), value)),
            Some(Value::List(list)) => list.push(value),
            Some(single) => *single = Value::List(vec![single.clone(), value]),
        }
    }
    Value::Object(members)
}

/// Writes an object in one of the formats of the application's own; nothing else can be written.
pub(crate) fn write(format: &str, value: &Value) -> Option<String> {
    let Value::Object(members) = value else {
        return None;
    };
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        // As Python writes them into a form.
        Value::Null if format == FORM => "None".to_owned(),
        Value::Bool(on) if format == FORM => if *on { "True" } else { "False" }.to_owned(),
        other => other.plain().to_string(),
    };
    if format == KV {
        let pairs = members
            .iter()
            .map(|(name, value)| format!("{name}={}", text(value)));
        return Some(pairs.collect::<Vec<_>>().join(";"));
    }
    let encode = |text: &str| falcon::uri::encode_value(text).replace("%20", "+");
    let pair = |name: &str, value: &Value| format!("{}={}", encode(name), encode(&text(value)));
    let pairs = members.iter().flat_map(|(name, value)| match value {
        Value::List(list) => list.iter().map(|value| pair(name, value)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, _)| pair(name, &Value::text(key.as_str())))
            .collect(),
        single => vec![pair(name, single)],
    });
    Some(pairs.collect::<Vec<_>>().join("&"))
}

/// Shows what was read, in several ways.
pub(crate) struct Echo;

impl Echo {
    async fn echo(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value = read(req).await?;
        show(resp, &value.typed());
        Ok(())
    }

    pub(crate) async fn default(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value = read_or(
            req,
            Value::Object(vec![("empty".to_owned(), Value::Bool(true))]),
        )
        .await?;
        show(resp, &value.typed());
        Ok(())
    }

    pub(crate) async fn null(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value = read_or(req, Value::Null).await?;
        show(resp, &value.typed());
        Ok(())
    }

    /// A body comes once, and what it is stays.
    pub(crate) async fn twice(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value = read(req).await?.plain();
        show(resp, &json!({"same": true, "media": value}));
        Ok(())
    }

    pub(crate) async fn caught(&self, req: &mut Request, resp: &mut Response) -> Result {
        let seen = match read(req).await {
            Ok(_) => json!("ok"),
            Err(error) => json!(error.status().as_u16()),
        };
        show(resp, &json!({"seen": [seen, seen]}));
        Ok(())
    }

    pub(crate) fn responders() -> Responders<Self> {
        let echo = Responders::of(Self).on_get(Self::echo).on_post(Self::echo);
        echo.on_put(Self::echo)
            .on_patch(Self::echo)
            .on_delete(Self::echo)
    }
}

/// POST of media, answered in the type that `?ct=` names.
pub(crate) struct Respond;

impl Resource for Respond {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value = read(req).await?;
        let media_type = req.query()?.get("ct").unwrap_or_default().into_owned();
        if !media_type.is_empty() {
            resp.set_header(header::CONTENT_TYPE, media_type.as_str())?;
        }
        respond(req, resp, &value)
    }
}

/// Writes a value in the type that the response has; one that is blank, as one that is not there,
/// is JSON's. Null is nothing.
pub(crate) fn respond(req: &Request, resp: &mut Response, value: &Value) -> Result {
    let media_type = resp
        .header(header::CONTENT_TYPE)
        .unwrap_or_default()
        .to_owned();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if essence.is_empty() {
        resp.remove_header(header::CONTENT_TYPE);
    }
    if matches!(value, Value::Null) {
        return Ok(());
    }
    if essence.is_empty() || essence.eq_ignore_ascii_case(JSON) {
        show(resp, &value.plain());
        return Ok(());
    }
    resp.set_representation(&req.representation(&media_type)?, value)?;
    Ok(())
}

pub(crate) struct Negotiate;

impl Negotiate {
    pub(crate) const OFFERS: [&str; 4] = [JSON, MSGPACK, KV, "text/csv"];
}

impl Resource for Negotiate {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let chosen = req.negotiate().map_err(|_| {
            let detail = format!("Offers: {}", Self::OFFERS.join(", "));
            HttpError::not_acceptable().detail(detail)
        })?;
        let members = [("name", Value::text("mirror")), ("count", Value::Int(3))];
        let value = Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into());
        if chosen.is("text/csv") {
            resp.set_content("text/csv".parse()?, "name,count\nmirror,3\n");
            resp.add_vary(&header::ACCEPT);
        } else {
            resp.set_representation(&chosen, &value)?;
        }
        Ok(())
    }
}

/// JSON of a fixed value.
pub(crate) struct Render;

impl Resource for Render {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value = match req.param("what").unwrap_or_default() {
            "object" => json!({"b": 1, "a": {"nested": [1, 2.5, null, true, "x"]}}),
            "list" => json!([1, "two", null, [3]]),
            "string" => json!("just a string"),
            "unicode" => {
                json!("h\u{e9}llo \u{4e2d}\u{6587} \u{1f600} \"quoted\" back\\slash \u{2028} \u{1}")
            }
            "int" => json!(0),
            "float" => json!(3.25),
            "true" => json!(true),
            "false" => json!(false),
            "none" => return Ok(()),
            "emptyobject" => json!({}),
            "emptylist" => json!([]),
            "emptystring" => json!(""),
            "big" => json!(9_007_199_254_740_993_i64),
            "negative" => json!(i64::MIN),
            "small" => json!(1e-7),
            "deep" => json!({"l1": {"l2": {"l3": {"l4": {"l5": [[[[["end"]]]]]}}}}}),
            _ => Err(HttpError::not_found())?,
        };
        show(resp, &value);
        Ok(())
    }
}
