//! Bodies of several media types, each with its schema and with what reads it.

use std::fmt;
use std::sync::Arc;

use falcon_core::header::MediaType;
use falcon_core::{BoxError, Error, HttpError, Query, Result};
use serde_json::Value;

use crate::coerce::Coercion;
use crate::compiled::Compiled;
use crate::json;

/// Reads bodies of a media type that is not JSON.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) media_type: String,
    pub(crate) read: Arc<Read>,
}

type Read = dyn Fn(&[u8]) -> Result<Value, BoxError> + Send + Sync;

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.media_type)
    }
}

/// What a body may be, by its media type.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    all: Vec<OfType>,
    /// The media types, for errors.
    names: Vec<String>,
}

/// A body of one media type.
#[derive(Debug)]
pub(crate) struct OfType {
    essence: String,
    format: Format,
    schema: Option<Arc<Compiled>>,
}

#[derive(Debug)]
enum Format {
    Json,
    Form,
    Own(Reader),
    /// Nothing is known of it, and nothing said.
    Any,
}

const FORM: &str = "application/x-www-form-urlencoded";

impl Contents {
    /// Adds a media type, or a range of them; `Err` says why a schema is no use for it.
    pub(crate) fn add(
        &mut self,
        media_type: &str,
        schema: Option<Arc<Compiled>>,
        readers: &[Reader],
    ) -> Result<(), String> {
        let parsed = MediaType::parse(media_type);
        let essence = parsed
            .ok_or_else(|| format!("`{media_type}` is no media type"))?
            .essence();
        let own = readers
            .iter()
            .find(|r| r.media_type.eq_ignore_ascii_case(essence));
        let format = match own {
            Some(own) => Format::Own(own.clone()),
            None if is_json(essence) => Format::Json,
            None if essence.eq_ignore_ascii_case(FORM) => Format::Form,
            None if schema.is_none() => Format::Any,
            None => {
                return Err(format!(
                    "there is a schema for {essence}, and nothing that reads it as JSON: give a `reader` for it, or \
                     leave the schema out"
                ));
            }
        };
        if self
            .all
            .iter()
            .any(|known| known.essence.eq_ignore_ascii_case(essence))
        {
            return Err(format!(
                "{essence} is there twice: parameters do not tell bodies apart"
            ));
        }
        self.names.push(media_type.to_owned());
        self.all.push(OfType {
            essence: essence.to_owned(),
            format,
            schema,
        });
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The media types that have a schema.
    pub(crate) fn checked_names(&self) -> Vec<String> {
        let all = self.names.iter().zip(&self.all);
        let checked = all.filter(|(_, one)| one.schema.is_some());
        checked.map(|(name, _)| name.clone()).collect()
    }

    /// Finds what a media type may be: itself, or a range that it is in.
    pub(crate) fn of(&self, media_type: &MediaType<'_>) -> Option<&OfType> {
        let essence = media_type.essence();
        let exact = self
            .all
            .iter()
            .find(|one| one.essence.eq_ignore_ascii_case(essence));
        let range = || {
            self.all
                .iter()
                .find(|one| match one.essence.split_once('/') {
                    Some(("*", "*")) => true,
                    Some((kind, "*")) => kind.eq_ignore_ascii_case(media_type.main_type()),
                    _ => false,
                })
        };
        exact.or_else(range)
    }
}

/// JSON, or what is written as JSON (RFC 6839 section 3.1).
fn is_json(essence: &str) -> bool {
    let media_type = MediaType::parse(essence);
    essence.eq_ignore_ascii_case("application/json")
        || media_type.is_some_and(|m| m.has_suffix("json"))
}

impl OfType {
    /// The schema, and what reads the body; `None` where nothing is said of it.
    pub(crate) fn schema(&self) -> Option<&Arc<Compiled>> {
        self.schema.as_ref()
    }

    /// Reads a body as the value that schemas speak of.
    pub(crate) fn read(&self, body: &[u8]) -> Result<Value> {
        match &self.format {
            Format::Json => json::read(body).map_err(|error| malformed_json(&error)),
            Format::Form => self.read_form(body),
            Format::Own(reader) => self.read_with(reader, body),
            Format::Any => Ok(Value::Null),
        }
    }

    fn read_with(&self, reader: &Reader, body: &[u8]) -> Result<Value> {
        let what = &self.essence;
        let malformed = |why: &str, code: &'static str| {
            let error = HttpError::bad_request().title("Malformed body").code(code);
            error.detail(format!("The body is not {what}{why}."))
        };
        let value = (reader.read)(body)
            .map_err(|error| malformed("", "media_malformed").caused_by(error))?;
        if json::is_too_deep(&value) {
            json::dismantle(value);
            return Err(malformed(" of a depth that is taken", "media_too_deep").into());
        }
        Ok(value)
    }

    fn read_form(&self, body: &[u8]) -> Result<Value> {
        let malformed = |why: &str| {
            HttpError::bad_request()
                .title("Malformed form")
                .code("form_malformed")
                .detail(why.to_owned())
        };
        let text = std::str::from_utf8(body).map_err(|_| malformed("It is not UTF-8."))?;
        let form = Query::parse(text).map_err(|_| {
            malformed("A field is not UTF-8 once it is decoded, or there are more than 1,000.")
        })?;
        let fields = form.iter();
        Ok(match &self.schema {
            Some(schema) => schema.coercion().object(fields),
            None => Coercion::default().object(fields),
        })
    }
}

#[cold]
fn malformed_json(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let reason = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(reason, _)| reason);
    let (title, code) = if reason.starts_with(json::TWICE) {
        ("Malformed JSON", "json_duplicate_member")
    } else if reason.starts_with("recursion limit") {
        ("JSON nested too deep", "json_too_deep")
    } else {
        ("Malformed JSON", "json_malformed")
    };
    let (line, column) = (error.line(), error.column());
    HttpError::bad_request()
        .title(title)
        .code(code)
        .detail(format!("Line {line}, column {column}: {reason}."))
        .member("line", line)
        .member("column", column)
        .into()
}
