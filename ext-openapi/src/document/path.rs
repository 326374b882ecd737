//! Templates as OpenAPI writes them: without converters.

use falcon_core::Route;
use falcon_core::routing::Field;

/// `/things/{id:int}` as `/things/{id}`.
pub(crate) fn of(route: &Route) -> String {
    let mut path = route.template().to_owned();
    for (field, call) in route.fields().iter().filter_map(called) {
        let name = field.name();
        path = path.replace(&format!("{{{name}:{call}}}"), &format!("{{{name}}}"));
    }
    path
}

fn called(field: &Field) -> Option<(&Field, &str)> {
    Some((field, field.converter()?))
}

/// A name for an operation that was given none: `getThingsById` for `GET /things/{id}`.
pub(super) fn id_of(method: &str, path: &str) -> String {
    let words = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            let is_field = segment.starts_with('{');
            let letters = segment.split(|c: char| !c.is_ascii_alphanumeric());
            let word: String = letters.map(capitalized).collect();
            if is_field { format!("By{word}") } else { word }
        });
    let words: String = words.collect();
    let words = if words.is_empty() {
        "Root".to_owned()
    } else {
        words
    };
    format!("{}{words}", method.to_ascii_lowercase())
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
