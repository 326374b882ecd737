//! `/resp/ops` and `/resp/link`: headers and links, as the request wants them.

use falcon::header::{HeaderName, HeaderValue, Link, SET_COOKIE};
use falcon::prelude::*;
use serde_json::{Value as Json, json};

use crate::cookies::check_arguments;
use crate::kinds::IndexMissing;
use crate::media;
use crate::value::Value;
use crate::{latin1, show, unexpected};

/// What the response refuses to be told.
pub(crate) fn rejected() -> Error {
    HttpError::unprocessable_content()
        .title("Rejected by the response")
        .into()
}

/// A small program on the response's headers: `?op=VERB|NAME|VALUE`.
pub(crate) struct Ops;

impl Resource for Ops {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let program = req.query()?.list::<String>("op")?.unwrap_or_default();
        let mut read: Vec<Value> = Vec::new();
        for op in &program {
            let (verb, operands) = op.split_once('|').unwrap_or((op, ""));
            let (name, value) = operands.split_once('|').unwrap_or((operands, ""));
            match verb {
                "set" => set(resp, name, value)?,
                "append" => {
                    let value = latin1(value).or(Err(rejected()))?;
                    resp.append_header(name, value).or(Err(rejected()))?;
                }
                "delete" => {
                    refuse_cookies(name)?;
                    resp.remove_header(name);
                }
                "get" => {
                    refuse_cookies(name)?;
                    read.push(all_lines(resp, name, value));
                }
                "many" => {
                    for pair in operands.split(',') {
                        let (name, value) = pair.split_once('=').ok_or_else(rejected)?;
                        set(resp, name, value)?;
                    }
                }
                _ => Err(HttpError::bad_request().title("unknown verb"))?,
            }
        }
        let read = Value::List(read);
        media::respond(req, resp, &Value::Object(vec![("got".to_owned(), read)]))
    }
}

fn set(resp: &mut Response, name: &str, value: &str) -> Result {
    refuse_cookies(name)?;
    let value = latin1(value).or(Err(rejected()))?;
    resp.set_header(name, value).or(Err(rejected()))?;
    Ok(())
}

/// Setting or deleting Set-Cookie would lose the cookies of others.
fn refuse_cookies(name: &str) -> Result {
    if name.eq_ignore_ascii_case(SET_COOKIE.as_str()) {
        return Err(rejected());
    }
    Ok(())
}

fn all_lines(resp: &Response, name: &str, default: &str) -> Value {
    let name = HeaderName::from_bytes(name.as_bytes()).ok();
    let lines = name.iter().flat_map(|name| resp.headers().get_all(name));
    let text = |line: &HeaderValue| line.as_bytes().iter().map(|b| char::from(*b)).collect();
    let lines: Vec<String> = lines.map(text).collect();
    match (lines.as_slice(), default) {
        ([], "") => Value::Null,
        ([], default) => Value::text(default),
        (lines, _) => Value::text(lines.join(", ")),
    }
}

/// POST of a list of links.
pub(crate) struct Links;

impl Resource for Links {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let media = media::read(req).await?.plain();
        let links = media.as_array().ok_or_else(|| unexpected("no list"))?;
        for item in links {
            resp.append_link(&link_of(item)?);
        }
        show(resp, &json!({"ok": true}));
        Ok(())
    }
}

const ARGUMENTS: [&str; 9] = [
    "target",
    "rel",
    "title",
    "title_star",
    "anchor",
    "hreflang",
    "type_hint",
    "crossorigin",
    "link_extension",
];

fn link_of(item: &Json) -> Result<Link> {
    check_arguments(item, &ARGUMENTS)?;
    let text = |name: &str| item.get(name).and_then(Json::as_str);
    let required = |name: &str| text(name).ok_or_else(|| unexpected("an argument is missing"));
    let mut link = Link::new(required("target")?, required("rel")?);
    if let Some(title) = text("title") {
        link = link.title(title);
    }
    let title_star = item.get("title_star").and_then(Json::as_array);
    match title_star.map(Vec::as_slice) {
        Some([Json::String(language), Json::String(title), ..]) => {
            link = link.title_in(language, title);
        }
        Some(_) => Err(IndexMissing)?,
        None => {}
    }
    if let Some(media_type) = text("type_hint") {
        link = link.media_type(media_type);
    }
    link = match item.get("hreflang") {
        Some(Json::String(language)) => link.hreflang(language),
        Some(Json::Array(languages)) => {
            let languages = languages.iter().filter_map(Json::as_str);
            languages.fold(link, Link::hreflang)
        }
        _ => link,
    };
    if let Some(anchor) = text("anchor") {
        link = link.anchor(anchor);
    }
    if let Some(crossorigin) = text("crossorigin") {
        link = match crossorigin.to_ascii_lowercase().as_str() {
            "anonymous" => link.param("crossorigin", ""),
            "use-credentials" => link.param("crossorigin", "use-credentials"),
            _ => return Err(rejected()),
        };
    }
    let extensions = item.get("link_extension").and_then(Json::as_array);
    for pair in extensions.into_iter().flatten() {
        let name = pair.get(0).and_then(Json::as_str);
        let value = pair.get(1).and_then(Json::as_str);
        let (Some(name), Some(value)) = (name, value) else {
            return Err(rejected());
        };
        link = link.param(name, value);
    }
    Ok(link)
}
