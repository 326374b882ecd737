//! `/media/multipart`: forms with files, part by part.

use falcon::filename;
use falcon::media::{Multipart, MultipartLimits, Part};
use falcon::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::media::{FORM, JSON, told_as_falcon, unsupported};
use crate::show;
use crate::value::{Value, in_hex};

const MIXED: &str = "multipart/mixed";

pub(crate) struct Forms;

impl Forms {
    /// No limit on the number of a part's headers.
    pub(crate) fn limits() -> MultipartLimits {
        MultipartLimits::new()
            .parts(6)
            .part_bytes(2000)
            // Here the end of the last line counts.
            .headers(402, usize::MAX)
    }
}

impl Resource for Forms {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mode = req.param("mode").unwrap_or_default().to_owned();
        let form = req
            .multipart()
            .map_err(|error| in_words(error, req.content_type()));
        let shown = match form {
            Ok(form) => parts(form, &mode, 24).await?,
            Err(error) if error.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                crate::media::read(req).await?;
                let error = HttpError::unsupported_media_type();
                Err(error.detail("not a multipart form"))?
            }
            Err(error) => Err(error)?,
        };
        show(resp, &json!({"parts": shown}));
        Ok(())
    }
}

async fn parts(mut form: Multipart, mode: &str, longest_name: usize) -> Result<Vec<Json>> {
    let mut shown = Vec::new();
    while let Some(mut part) = form
        .next_part()
        .await
        .map_err(|error| in_words(error, None))?
    {
        let mut members = head(&part, longest_name);
        let content = content(&mut part, mode).await;
        members.extend(content.map_err(|error| in_words(error, None))?);
        shown.push(Json::Object(members));
    }
    Ok(shown)
}

fn head(part: &Part<'_>, longest_name: usize) -> Map<String, Json> {
    let disposition = part.headers().get("content-disposition");
    let disposition = disposition.map_or(&b""[..], |value| value.as_bytes());
    let is_named = String::from_utf8_lossy(disposition)
        .to_ascii_lowercase()
        .contains(" name=");
    let name = is_named.then(|| part.name());
    let extended = part.raw_extended_file_name();
    let file = extended.as_deref().or_else(|| part.raw_file_name());
    let secure = file.and_then(|name| filename::secure(name, longest_name));
    let members = json!({
        "name": name,
        "filename": file,
        "content_type": part.content_type(),
        "secure_filename": secure,
    });
    match members {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

async fn content(part: &mut Part<'_>, mode: &str) -> Result<Option<(String, Json)>> {
    let content_type = part.content_type().to_owned();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let shown = match mode {
        "data" => in_hex(&part.bytes().await?),
        "text" if essence == "text/plain" => json!(part.text().await?),
        "text" => Json::Null,
        "head" => in_hex(&first_bytes(part, 4).await?),
        "media" if essence == MIXED => {
            let mut whole = Vec::new();
            while let Some(chunk) = part.chunk().await? {
                whole.extend_from_slice(&chunk);
            }
            let inner = Multipart::new(&content_type, whole, MultipartLimits::new());
            let inner = inner.map_err(|error| in_words(error, Some(&content_type)))?;
            let inner = Box::pin(parts(inner, "text", 255)).await?;
            return Ok(Some(("parts".to_owned(), json!(inner))));
        }
        "media" if [JSON, FORM].contains(&essence) => {
            let value = part.media::<Value>().await;
            value
                .map_err(|error| told_as_falcon(error, essence))?
                .typed()
        }
        "media" => Err(unsupported(&content_type))?,
        _ => return Ok(None),
    };
    Ok(Some((mode.to_owned(), shown)))
}

async fn first_bytes(part: &mut Part<'_>, count: usize) -> Result<Vec<u8>> {
    let mut first = Vec::new();
    while first.len() < count {
        let Some(chunk) = part.chunk().await? else {
            break;
        };
        first.extend_from_slice(&chunk);
    }
    first.truncate(count);
    Ok(first)
}

/// What is wrong with a form, in Falcon's words.
fn in_words(error: Error, content_type: Option<&str>) -> Error {
    let Some(problem) = error.to_http() else {
        return error;
    };
    let why = problem.detail_text().unwrap_or_default();
    let of_header = |why: String| HttpError::invalid_header("Content-Type", why).into();
    let what = match &*problem.code_text() {
        "multipart_malformed" if why.contains("no boundary") => {
            let content_type = content_type.unwrap_or_default();
            return of_header(format!("No boundary specifier found in '{content_type}'"));
        }
        "multipart_malformed" if why.contains("70 characters") => {
            let why = "The boundary parameter must consist of 1 to 70 characters";
            return of_header(why.to_owned());
        }
        "multipart_malformed" if why.contains(" parts") => {
            "maximum number of form body parts exceeded"
        }
        "multipart_malformed" if why.contains("headers of a part") => {
            "incomplete body part headers"
        }
        "multipart_malformed" if why.contains("no Content-Disposition") => {
            "incomplete body part headers"
        }
        "multipart_malformed" if why.contains("Content-Transfer-Encoding") => {
            "the deprecated Content-Transfer-Encoding header field is unsupported"
        }
        "multipart_malformed" => "unexpected form structure",
        "content_too_large" => "body part is too large",
        "multipart_text_malformed" => {
            let charset = why
                .rsplit_once("charset ")
                .map_or("", |(_, charset)| charset);
            let charset = charset.trim_end_matches('.');
            return told(format!("invalid text or charset: {charset}"));
        }
        _ => return error,
    };
    told(what.to_owned())
}

fn told(what: String) -> Error {
    HttpError::bad_request()
        .title("Malformed multipart/form-data request media")
        .detail(what)
        .into()
}
