//! JSON, two blanks deeper at each level.

use serde_json::Value;

use super::ordered;

/// Writes a document with a line feed at its end.
pub(crate) fn json(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                next(i, depth, out);
                write(item, depth + 1, out);
            }
            end(depth, ']', out);
        }
        Value::Object(members) if !members.is_empty() => {
            out.push('{');
            for (i, (name, member)) in ordered(members).into_iter().enumerate() {
                next(i, depth, out);
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push_str(": ");
                write(member, depth + 1, out);
            }
            end(depth, '}', out);
        }
        other => out.push_str(&other.to_string()),
    }
}

fn next(i: usize, depth: usize, out: &mut String) {
    if i > 0 {
        out.push(',');
    }
    line(depth + 1, out);
}

fn end(depth: usize, bracket: char, out: &mut String) {
    line(depth, out);
    out.push(bracket);
}

fn line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}
