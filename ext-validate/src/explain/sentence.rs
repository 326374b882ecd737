//! What a keyword demands, in a sentence for people.

use serde_json::Value;

/// How many values of a list are named.
const MOST_VALUES: usize = 20;

/// How long a part of a sentence may be, in characters.
const MOST_CHARS: usize = 200;

/// Says what would be right.
pub(super) fn sentence(keyword: &str, value: &Value) -> String {
    match (keyword, value) {
        ("type", Value::String(name)) => format!("It must be {}.", kind(name)),
        ("type", Value::Array(names)) => {
            let kinds = names.iter().filter_map(Value::as_str).map(kind);
            format!(
                "It must be {}.",
                alternatives(kinds.map(str::to_owned).collect())
            )
        }
        ("enum", Value::Array(values)) => {
            let mut shown: Vec<String> = values
                .iter()
                .take(MOST_VALUES)
                .map(ToString::to_string)
                .collect();
            if values.len() > MOST_VALUES {
                shown.push(format!("{} more", values.len() - MOST_VALUES));
            }
            format!("It must be one of {}.", cut(&shown.join(", ")))
        }
        ("const", value) => format!("It must be {}.", cut(&value.to_string())),
        ("minimum", bound) => format!("It must be at least {bound}."),
        ("maximum", bound) => format!("It must be at most {bound}."),
        ("exclusiveMinimum", bound) => format!("It must be more than {bound}."),
        ("exclusiveMaximum", bound) => format!("It must be less than {bound}."),
        ("multipleOf" | "divisibleBy", step) => format!("It must be a multiple of {step}."),
        ("minLength", count) => format!("It must have at least {}.", counted(count, "character")),
        ("maxLength", count) => format!("It must have at most {}.", counted(count, "character")),
        ("minItems", count) => format!("It must have at least {}.", counted(count, "item")),
        ("maxItems", count) => format!("It must have at most {}.", counted(count, "item")),
        ("minProperties", count) => format!("It must have at least {}.", counted(count, "member")),
        ("maxProperties", count) => format!("It must have at most {}.", counted(count, "member")),
        ("uniqueItems", _) => "Its items must differ from one another.".to_owned(),
        ("pattern", Value::String(pattern)) => {
            format!("It must match the pattern `{}`.", cut(pattern))
        }
        ("format", Value::String(name)) => format!("It must be {}.", format(name)),
        ("contentEncoding", Value::String(name)) => format!("It must be encoded as {}.", cut(name)),
        ("contentMediaType", Value::String(name)) => format!("It must be of type {}.", cut(name)),
        (own, value) => format!(
            "It must keep the rule `{own}`: {}.",
            cut(&value.to_string())
        ),
    }
}

/// Of a part that takes nothing.
pub(super) const NEVER: &str = "Nothing is allowed here.";

/// Of a part that is only known as a whole.
pub(super) const WHOLE: &str = "It does not match the schema.";

/// Of a value that a schema forbids.
pub(super) const NOT: &str = "It is what it must not be.";

/// A name that is missing.
pub(super) fn missing(name: &str) -> String {
    format!("`{}` is missing.", cut(name))
}

/// A name that is missing, because another is there.
pub(super) fn demanded(name: &str, by: &str) -> String {
    format!(
        "`{}` is missing: it has to be there with `{}`.",
        cut(name),
        cut(by)
    )
}

/// A name that is not known, and those that are.
pub(super) fn unknown<'a, S: AsRef<str> + 'a>(known: impl IntoIterator<Item = &'a S>) -> String {
    let known: Vec<&str> = known
        .into_iter()
        .map(AsRef::as_ref)
        .take(MOST_VALUES)
        .collect();
    if known.is_empty() {
        return "It is not known here; nothing is.".to_owned();
    }
    format!(
        "It is not known here; known are: {}.",
        cut(&known.join(", "))
    )
}

/// A name that is not allowed, and why.
pub(super) fn name(why: &str) -> String {
    format!("Its name is not allowed. {why}")
}

/// What a member that tells alternatives apart may be.
pub(super) fn one_of(values: &[String]) -> String {
    format!("It must be one of {}.", cut(&values.join(", ")))
}

/// The same, where it is missing.
pub(super) fn untagged(name: &str, values: &[String]) -> String {
    let name = cut(name);
    format!(
        "`{name}` is missing; it must be one of {}.",
        cut(&values.join(", "))
    )
}

pub(super) fn none_of(count: usize) -> String {
    let count = counted(&count.into(), "alternative");
    format!("It must match one of {count}, and matches none.")
}

pub(super) fn both(first: usize, second: usize) -> String {
    format!("It must match one alternative alone, and matches number {first} and number {second}.")
}

/// The beginning of a text that may be long.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

pub(super) fn counted(count: &Value, what: &str) -> String {
    let is_one = count
        .as_f64()
        .is_some_and(|count| (count - 1.0).abs() < f64::EPSILON);
    format!("{count} {what}{}", if is_one { "" } else { "s" })
}

fn alternatives(mut all: Vec<String>) -> String {
    match all.pop() {
        None => "nothing".to_owned(),
        Some(last) if all.is_empty() => last,
        Some(last) => format!("{} or {last}", all.join(", ")),
    }
}

fn kind(name: &str) -> &str {
    match name {
        "string" => "a text",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        "null" => "null",
        other => other,
    }
}

fn format(name: &str) -> String {
    let known = match name {
        "date-time" => "a time with its offset, such as 2026-11-22T21:00:00Z",
        "date" => "a date, such as 2026-11-22",
        "time" => "a time of day with its offset, such as 21:00:00Z",
        "duration" => "a duration, such as P3DT12H",
        "email" | "idn-email" => "an e-mail address",
        "hostname" | "idn-hostname" => "the name of a host",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "uri" | "iri" => "an absolute URI",
        "uri-reference" | "iri-reference" => "a URI or a reference",
        "uri-template" => "a URI template",
        "uuid" => "a UUID",
        "json-pointer" => "a JSON Pointer",
        "relative-json-pointer" => "a relative JSON Pointer",
        "regex" => "a regular expression",
        own => return format!("of the format `{}`", cut(own)),
    };
    known.to_owned()
}
