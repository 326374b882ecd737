//! Documents in YAML.

use serde_json::{Map, Number, Value};
use yaml_rust2::{Yaml, YamlLoader};

use crate::document::DocumentError;

/// Reads a YAML document as the JSON that it stands for.
pub(crate) fn read(text: &str) -> Result<Value, DocumentError> {
    let wrong = |why: String| DocumentError { faults: vec![why] };
    let mut documents = YamlLoader::load_from_str(text)
        .map_err(|error| wrong(format!("it is no YAML: {error}")))?;
    let only = documents.pop().filter(|_| documents.is_empty());
    let only = only.ok_or_else(|| wrong("it is not one YAML document".to_owned()))?;
    value(only).map_err(wrong)
}

fn value(yaml: Yaml) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Boolean(value) => Value::Bool(value),
        Yaml::Integer(value) => Value::from(value),
        Yaml::Real(text) => {
            let number = text.parse().ok().and_then(Number::from_f64);
            Value::Number(number.ok_or_else(|| format!("`{text}` is no number in JSON"))?)
        }
        Yaml::String(text) => Value::String(text),
        Yaml::Array(items) => items.into_iter().map(value).collect::<Result<_, _>>()?,
        Yaml::Hash(members) => {
            let mut object = Map::new();
            for (name, member) in members {
                object.insert(key(name)?, value(member)?);
            }
            Value::Object(object)
        }
        Yaml::Alias(_) | Yaml::BadValue => {
            return Err("it has an alias that leads nowhere".to_owned());
        }
    })
}

/// `200:` is a name too.
fn key(yaml: Yaml) -> Result<String, String> {
    match yaml {
        Yaml::String(text) | Yaml::Real(text) => Ok(text),
        Yaml::Integer(number) => Ok(number.to_string()),
        Yaml::Boolean(value) => Ok(value.to_string()),
        Yaml::Null => Ok("null".to_owned()),
        _ => Err("the name of a member is a list or an object".to_owned()),
    }
}
