//! `/q/KIND/{variant}`: one getter for query parameters each, with options.

use falcon::Query;
use falcon::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::time::{self, FORMAT};
use crate::value::{Value, typed_or_null};
use crate::{media, show, unexpected};

/// All parameters.
pub(crate) struct Params;

impl Params {
    pub(crate) async fn all(&self, req: &mut Request, resp: &mut Response) -> Result {
        let query = req.query()?;
        show(resp, &media::object_of(query).plain());
        Ok(())
    }

    pub(crate) async fn has(&self, req: &mut Request, resp: &mut Response) -> Result {
        let has = req.query()?.has("p");
        show(resp, &json!({"has": has}));
        Ok(())
    }
}

/// One kind of getter.
pub(crate) struct Typed(pub(crate) &'static str);

pub(crate) const KINDS: [&str; 11] = [
    "str", "int", "float", "bool", "list", "uuid", "date", "datetime", "json", "media", "dict",
];

type Found = Result<Option<Value>>;

impl Resource for Typed {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let variant = req.param("variant").unwrap_or_default().to_owned();
        let query = req.query()?;
        if variant == "single" {
            query.single("p")?;
        }
        let value = match self.0 {
            "str" => text(query, &variant),
            "int" => int(query, &variant),
            "float" => float(query, &variant),
            "bool" => flag(query, &variant),
            "list" => list(query, &variant),
            "uuid" => uuid(query, &variant),
            "date" => date(query, &variant),
            "datetime" => datetime(query, &variant),
            "json" => json_value(query, &variant),
            "media" => media_value(req, query, &variant),
            "dict" => dict(query, &variant),
            _ => Err(unexpected("no such kind")),
        }?;
        if variant.ends_with("required") && value.is_none() {
            Err(HttpError::missing_parameter("p"))?;
        }
        show(resp, &typed_or_null(value.as_ref()));
        Ok(())
    }
}

/// What every kind has, or 404.
fn usual(variant: &str, default: Value) -> Found {
    match variant {
        "plain" | "required" | "single" => Ok(None),
        "default" => Ok(Some(default)),
        _ => Err(HttpError::not_found())?,
    }
}

fn invalid(why: &str) -> Error {
    HttpError::invalid_parameter("p", why).into()
}

fn text(query: Query<'_>, variant: &str) -> Found {
    let absent = usual(variant, Value::text("fallback"))?;
    Ok(query
        .get("p")
        .map(|text| Value::text(text.into_owned()))
        .or(absent))
}

fn int(query: Query<'_>, variant: &str) -> Found {
    let found = match variant {
        "bounds" => query.within("p", 1..=100)?,
        "min" => query.within("p", -5..)?,
        "max" => query.within("p", ..=5)?,
        _ => {
            let absent = usual(variant, Value::Int(7))?;
            return Ok(query.parse_as("p")?.map(Value::Int).or(absent));
        }
    };
    Ok(found.map(Value::Int))
}

fn float(query: Query<'_>, variant: &str) -> Found {
    if variant == "bounds" {
        return Ok(query.within("p", -1.5..=1.5)?.map(Value::Float));
    }
    let absent = usual(variant, Value::Float(0.5))?;
    Ok(query.parse_as("p")?.map(Value::Float).or(absent))
}

fn flag(query: Query<'_>, variant: &str) -> Found {
    if variant == "blankfalse" && query.get("p").as_deref() == Some("") {
        return Ok(Some(Value::Bool(false)));
    }
    let variant = if variant == "blankfalse" {
        "plain"
    } else {
        variant
    };
    let absent = usual(variant, Value::Bool(true))?;
    Ok(query.flag("p")?.map(Value::Bool).or(absent))
}

fn list(query: Query<'_>, variant: &str) -> Found {
    let texts = |list: Vec<String>| Value::List(list.into_iter().map(Value::Text).collect());
    let ints = |list: Vec<i64>| Value::List(list.into_iter().map(Value::Int).collect());
    Ok(match variant {
        "int" => query.list("p")?.map(ints),
        "comma" => query.list_by("p", ',')?.map(texts),
        "pipe" => query.list_by("p", '|')?.map(texts),
        "space" => query.list_by("p", ' ')?.map(texts),
        "commaint" => query.list_by("p", ',')?.map(ints),
        _ => {
            let absent = usual(variant, texts(vec!["a".to_owned(), "b".to_owned()]))?;
            query.list("p")?.map(texts).or(absent)
        }
    })
}

fn uuid(query: Query<'_>, variant: &str) -> Found {
    let default = Uuid::from_u128(0x4000_8000_0000_0000_0000);
    let absent = usual(variant, Value::Uuid(default))?;
    let parse = |text: &str| {
        let bare = text.trim_start_matches("urn:").trim_start_matches("uuid:");
        let uuid = Uuid::parse_str(bare.trim_matches(['{', '}']));
        uuid.map_err(|_| invalid("The value must be a UUID string."))
    };
    Ok(query
        .get("p")
        .map(|text| parse(&text))
        .transpose()?
        .map(Value::Uuid)
        .or(absent))
}

const BAD_DATE: &str = "The date value does not match the required format.";

fn date(query: Query<'_>, variant: &str) -> Found {
    let (format, variant) = match variant {
        "format" => ("%d/%m/%Y", "plain"),
        variant => ("%Y-%m-%d", variant),
    };
    let absent = usual(variant, Value::Date(jiff::civil::date(2001, 2, 3)))?;
    let parse = |text: &str| time::parse(format, text).ok_or_else(|| invalid(BAD_DATE));
    let found = query.get("p").map(|text| parse(&text)).transpose()?;
    Ok(found
        .map(|moment| Value::Date(moment.clock.date()))
        .or(absent))
}

fn datetime(query: Query<'_>, variant: &str) -> Found {
    let (format, variant) = match variant {
        "format" => ("%Y%m%d%H%M", "plain"),
        variant => (FORMAT, variant),
    };
    let clock = jiff::civil::date(2001, 2, 3).at(4, 5, 6, 0);
    let absent = usual(
        variant,
        Value::Moment(crate::value::Moment {
            clock,
            offset: None,
        }),
    )?;
    let parse = |text: &str| time::parse(format, text).ok_or_else(|| invalid(BAD_DATE));
    let found = query.get("p").map(|text| parse(&text)).transpose()?;
    Ok(found.map(Value::Moment).or(absent))
}

fn unreadable(media_type: &str) -> Error {
    invalid(&format!("It could not be deserialized as '{media_type}'."))
}

fn json_value(query: Query<'_>, variant: &str) -> Found {
    let default = Value::Object(vec![("none".to_owned(), Value::Bool(true))]);
    let absent = usual(variant, default)?;
    let parse =
        |text: &str| media::parse_json(text.as_bytes()).map_err(|_| unreadable("application/json"));
    Ok(query
        .get("p")
        .map(|text| parse(&text))
        .transpose()?
        .or(absent))
}

fn media_value(req: &Request, query: Query<'_>, variant: &str) -> Found {
    let format = match variant {
        "kv" => media::KV,
        "form" => media::FORM,
        _ => Err(HttpError::not_found())?,
    };
    let Some(text) = query.get("p") else {
        return Ok(None);
    };
    let parsed = media::parse(req, format, text.as_bytes());
    parsed.map(Some).or(Err(unreadable(format)))
}

fn dict(query: Query<'_>, variant: &str) -> Found {
    if variant == "deepsingle" {
        for (name, _) in query.iter().filter(|(name, _)| name.starts_with("p[")) {
            if query.all(&name).nth(1).is_some() {
                let why = format!("The \"{name}\" key may not have multiple values.");
                Err(invalid(&why))?;
            }
        }
    }
    if variant.starts_with("deep") {
        let members = query.members("p")?.into_iter();
        let members: Vec<_> = members
            .map(|(key, value)| (key, Value::text(value)))
            .collect();
        return Ok((!members.is_empty()).then_some(Value::Object(members)));
    }
    let default = Value::Object(vec![("k".to_owned(), Value::text("v"))]);
    let (list, absent) = match variant {
        "comma" => (query.list_by::<String>("p", ',')?, None),
        "pipe" => (query.list_by::<String>("p", '|')?, None),
        "flat" => (query.list::<String>("p")?, None),
        variant => (query.list::<String>("p")?, usual(variant, default)?),
    };
    let Some(list) = list else {
        return Ok(absent);
    };
    if list.len() % 2 == 1 {
        return Err(invalid("The number of list elements must be even."));
    }
    let mut members: Vec<(String, Value)> = Vec::new();
    for pair in list.chunks_exact(2) {
        if let [key, value] = pair {
            members.retain(|(known, _)| known != key);
            members.push((key.clone(), Value::text(value.as_str())));
        }
    }
    Ok(Some(Value::Object(members)))
}
