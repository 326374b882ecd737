//! `/media`: bodies in several formats, in and out.

use falcon::Query;
use falcon::prelude::*;
use serde_json::json;

use crate::value::Value;
use crate::{header, layout, show, unexpected};

pub(crate) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const KV: &str = "application/vnd.mirror.kv";

/// Reads the body by its type; without one, as JSON.
pub(crate) async fn read(req: &Request) -> Result<Value> {
    let format = format_of(req)?;
    parse(req, format, &req.read_body().await?)
}

/// The same, where an empty body has a meaning.
async fn read_or(req: &Request, empty: Value) -> Result<Value> {
    let format = format_of(req)?;
    let body = req.read_body().await?;
    match (format, body.is_empty()) {
        (JSON | KV, true) => Ok(empty),
        (format, _) => parse(req, format, &body),
    }
}

/// Which of the formats a `Content-Type` means. It is compared without case, and its parameters
/// do not matter.
fn format_of(req: &Request) -> Result<&'static str> {
    let Some(content_type) = req.content_type().filter(|text| !text.is_empty()) else {
        return Ok(JSON);
    };
    let essence = content_type.split(';').next().unwrap_or("").trim();
    let known = [JSON, FORM, KV];
    let known = known
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(essence));
    let any = (essence == "*/*").then_some(JSON);
    Ok(known.or(any).ok_or_else(|| {
        let detail = format!("{content_type} is an unsupported media type.");
        HttpError::unsupported_media_type().detail(detail)
    })?)
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

fn malformed(title: &'static str, detail: String) -> Error {
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

    /// Reads once and parses twice: a body comes once.
    pub(crate) async fn twice(&self, req: &mut Request, resp: &mut Response) -> Result {
        let format = format_of(req)?;
        let body = req.read_body().await?;
        let (first, second) = (parse(req, format, &body)?, parse(req, format, &body)?);
        let same = first.plain() == second.plain();
        show(resp, &json!({"same": same, "media": first.plain()}));
        Ok(())
    }

    pub(crate) async fn caught(&self, req: &mut Request, resp: &mut Response) -> Result {
        let body = req.read_body().await?;
        let seen = || match format_of(req).and_then(|format| parse(req, format, &body)) {
            Ok(_) => json!("ok"),
            Err(error) => json!(error.status().as_u16()),
        };
        let answer = json!({"seen": [seen(), seen()]});
        show(resp, &answer);
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
        respond(resp, &value)
    }
}

/// Writes a value in the type that the response has; one that is blank, as one that is not there,
/// is JSON's. Null is nothing.
pub(crate) fn respond(resp: &mut Response, value: &Value) -> Result {
    let media_type = resp
        .header(header::CONTENT_TYPE)
        .unwrap_or_default()
        .to_owned();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let is = |format: &str| essence.eq_ignore_ascii_case(format);
    if essence.is_empty() {
        resp.remove_header(header::CONTENT_TYPE);
    }
    if matches!(value, Value::Null) {
        return Ok(());
    }
    let body = if essence.is_empty() || is(JSON) {
        String::from_utf8(layout::json(&value.plain())).ok()
    } else {
        let own = [FORM, KV].into_iter().find(|format| is(format));
        own.and_then(|format| write(format, value))
    };
    resp.set_body(body.ok_or_else(|| unexpected("it cannot be written in that type"))?);
    Ok(())
}

pub(crate) struct Negotiate;

impl Resource for Negotiate {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        const OFFERS: [&str; 4] = [JSON, "application/msgpack", KV, "text/csv"];
        let Some(chosen) = req.prefers(&OFFERS) else {
            let detail = format!("Offers: {}", OFFERS.join(", "));
            Err(HttpError::not_acceptable().detail(detail))?
        };
        resp.add_vary(&header::ACCEPT);
        resp.set_header(header::CONTENT_TYPE, chosen)?;
        let members = [("name", Value::text("mirror")), ("count", Value::Int(3))];
        let value = Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into());
        let body = match chosen {
            "text/csv" => Some("name,count\nmirror,3\n".to_owned()),
            KV => write(KV, &value),
            JSON => String::from_utf8(layout::json(&value.plain())).ok(),
            _ => None,
        };
        resp.set_body(body.ok_or_else(|| unexpected("it cannot be written in that type"))?);
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
