//! A method of a route.

use falcon_core::operation::{
    Answer, AnswerHeader, Content, Operation, Parameter, Place, Security, Style,
};
use falcon_core::{Consumes, Deprecated, Method, Produces, Route, StatusCode};
use serde_json::{Map, Value, json};
use std::time::SystemTime;

use super::Builder;

/// Headers that are told by other means, and parameters of these names mean nothing (OpenAPI 3.1.1,
/// section 4.8.12.2).
const OTHERWISE_TOLD: [&str; 3] = ["accept", "content-type", "authorization"];

pub(super) fn describe(
    builder: &mut Builder,
    route: &Route,
    method: &Method,
    said: &Operation,
    place: &str,
) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    if let Some(summary) = &said.summary {
        put("summary", json!(summary));
    }
    if let Some(description) = &said.description {
        put("description", json!(description));
    }
    if !said.tags.is_empty() {
        put("tags", json!(said.tags));
    }
    let deprecated = route.meta_for::<Deprecated>(method);
    let since = deprecated.and_then(Deprecated::deprecated_at);
    if since.is_some_and(|since| since <= SystemTime::now()) {
        put("deprecated", json!(true));
    }
    let parameters = said
        .parameters
        .iter()
        .filter(|parameter| is_told(parameter));
    let parameters: Vec<Value> = parameters
        .map(|one| parameter(builder, one, place))
        .collect();
    if !parameters.is_empty() {
        put("parameters", json!(parameters));
    }
    let consumed = route.meta_for::<Consumes>(method);
    if let Some(body) = body(builder, consumed, method, said, place) {
        put("requestBody", body);
    }
    put("responses", responses(builder, route, method, said, place));
    if let Some(any_of) = &said.security {
        put("security", security(builder, any_of));
    }
    out
}

/// The body; of a route that only says what it takes, its media types.
fn body(
    builder: &mut Builder,
    consumed: Option<&Consumes>,
    method: &Method,
    said: &Operation,
    place: &str,
) -> Option<Value> {
    let types: Vec<&str> = consumed
        .map(|types| types.iter().collect())
        .unwrap_or_default();
    let takes_one = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    let Some(body) = &said.body else {
        let content = of_types(&types);
        return (takes_one && !types.is_empty()).then(|| json!({ "content": content }));
    };
    let content = contents(builder, &body.contents, &types, place);
    let mut described = json!({"required": body.is_required, "content": content});
    if let Some(description) = &body.description {
        described["description"] = json!(description);
    }
    Some(described)
}

/// Media types of which no more is known.
fn of_types(types: &[&str]) -> Value {
    types
        .iter()
        .map(|name| ((*name).to_owned(), json!({})))
        .collect::<Map<_, _>>()
        .into()
}

fn is_told(parameter: &Parameter) -> bool {
    let mut names = OTHERWISE_TOLD.iter();
    parameter.place != Place::Header || !names.any(|name| parameter.name.eq_ignore_ascii_case(name))
}

fn parameter(builder: &mut Builder, one: &Parameter, place: &str) -> Value {
    let mut described = json!({
        "name": one.name,
        "in": one.place.as_str(),
        "required": one.is_required,
        "schema": builder.components.schema(&one.schema, place),
    });
    let style = match one.style {
        Style::Commas if one.place == Place::Query => Some(("form", false)),
        Style::Spaces if one.place == Place::Query => Some(("spaceDelimited", false)),
        Style::Pipes if one.place == Place::Query => Some(("pipeDelimited", false)),
        Style::Members if one.place == Place::Query => Some(("deepObject", true)),
        _ => None,
    };
    if let Some((style, explode)) = style {
        described["style"] = json!(style);
        described["explode"] = json!(explode);
    }
    if let Some(description) = &one.description {
        described["description"] = json!(description);
    }
    if one.is_deprecated {
        described["deprecated"] = json!(true);
    }
    described
}

fn contents(
    builder: &mut Builder,
    contents: &[Content],
    route_types: &[&str],
    place: &str,
) -> Value {
    let mut all = Map::new();
    for content in contents {
        let media_types = match content.media_type.as_deref() {
            Some(own) => vec![own],
            None if route_types.is_empty() => vec!["application/json"],
            None => route_types.to_vec(),
        };
        for media_type in media_types {
            let described = match &content.schema {
                Some(schema) => json!({"schema": builder.components.schema(schema, place)}),
                None => json!({}),
            };
            all.insert(media_type.to_owned(), described);
        }
    }
    Value::Object(all)
}

fn responses(
    builder: &mut Builder,
    route: &Route,
    method: &Method,
    said: &Operation,
    place: &str,
) -> Value {
    let produced = route.meta_for::<Produces>(method);
    let types: Vec<&str> = produced
        .map(|types| types.iter().collect())
        .unwrap_or_default();
    let mut all = Map::new();
    for answer in &said.answers {
        let status = match answer.status {
            Some(status) => status.as_str().to_owned(),
            None => "default".to_owned(),
        };
        all.insert(status, response(builder, answer, &types, place));
    }
    let is_success = |answer: &Answer| {
        answer
            .status
            .is_none_or(|s| s.is_success() || s.is_redirection() || s.is_informational())
    };
    if !said.answers.iter().any(is_success) {
        let mut others = json!({"description": "What it answers is not described."});
        if !types.is_empty() {
            others["content"] = of_types(&types);
        }
        all.insert("default".to_owned(), others);
    }
    Value::Object(all)
}

fn response(builder: &mut Builder, answer: &Answer, types: &[&str], place: &str) -> Value {
    let reason = answer.status.and_then(|status| status.canonical_reason());
    let mut paragraphs: Vec<String> = answer.description.iter().cloned().collect();
    let codes = answer.codes.iter();
    let codes: Vec<String> = codes
        .map(|code| format!("- `{}`: {}", code.code, code.description))
        .collect();
    if !codes.is_empty() {
        paragraphs.push(codes.join("\n"));
    }
    if paragraphs.is_empty() {
        paragraphs.push(reason.unwrap_or("Any other answer.").to_owned());
    }
    let mut described = json!({"description": paragraphs.join("\n\n")});
    let mut content = contents(builder, &answer.contents, types, place);
    let is_bare = answer.status.is_none_or(|status| {
        let without = [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT];
        !status.is_success() || without.contains(&status)
    });
    if answer.contents.is_empty() && !is_bare {
        content = of_types(types);
    }
    if !answer.codes.is_empty() {
        let problem = "application/problem+json";
        if content.get(problem).is_none() {
            content[problem] = json!({"schema": builder.components.problem()});
        }
    }
    if content
        .as_object()
        .is_some_and(|content| !content.is_empty())
    {
        described["content"] = content;
    }
    if !answer.headers.is_empty() {
        let headers = answer.headers.iter();
        let headers: Map<String, Value> = headers
            .map(|header| (header.name.clone(), header_of(builder, header, place)))
            .collect();
        described["headers"] = Value::Object(headers);
    }
    described
}

fn header_of(builder: &mut Builder, header: &AnswerHeader, place: &str) -> Value {
    json!({
        "description": header.description,
        "schema": builder.components.schema(&header.schema, place),
    })
}

fn security(builder: &mut Builder, any_of: &[Security]) -> Value {
    let alternatives = any_of.iter().map(|security| {
        let schemes = security.schemes.iter();
        let schemes: Map<String, Value> = schemes
            .map(|(scheme, scopes)| (builder.components.scheme(scheme), json!(scopes)))
            .collect();
        Value::Object(schemes)
    });
    alternatives.collect()
}
