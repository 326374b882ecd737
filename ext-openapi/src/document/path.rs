//! Templates as OpenAPI writes them: without converters.

use falcon_core::Route;
use falcon_core::routing::Field;

/// `/things/{id:int}` as `/things/{id}`.
pub(crate) fn of(route: &Route) -> String {
    let mut path = String::new();
    let mut rest = route.template();
    for field in route.fields() {
        let Some((before, after)) = rest.split_once('{') else {
            break;
        };
        let written = written(field);
        path.push_str(before);
        path.extend(["{", field.name(), "}"]);
        rest = after.get(written.len()..).unwrap_or_default();
    }
    path.push_str(rest);
    path
}

/// What stands in the template behind the opening brace.
fn written(field: &Field) -> String {
    match field.converter() {
        Some(call) => format!("{}:{call}}}", field.name()),
        None => format!("{}}}", field.name()),
    }
}

/// A path whose fields have no names.
pub(crate) fn shape(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shape, part| {
        format!(
            "{shape}{{}}{}",
            part.split_once('}').map_or("", |(_, rest)| rest)
        )
    })
}

/// The names of the fields of a path.
pub(crate) fn fields(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
}

/// A name for an operation that was given none: `getThingsById` for `GET /things/{id}`.
pub(super) fn id_of(method: &str, path: &str) -> String {
    let words = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            let is_field = segment.starts_with('{');
            let letters = segment.split(|c: char| !c.is_alphanumeric());
            let word: String = letters.map(capitalized).collect();
            if is_field { format!("By{word}") } else { word }
        });
    let words: String = words.collect();
    let words = if words.is_empty() {
        "Root".to_owned()
    } else {
        words
    };
    format!("{method}{words}")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.into_iter().collect::<String>() + letters.as_str()
}
