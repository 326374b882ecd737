//! YAML 1.2: what is not plain beyond doubt is written as JSON writes it, which YAML reads.

use serde_json::Value;

use super::ordered;

/// Writes a document.
pub(crate) fn yaml(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

/// Writes a value behind what stands before it on the line.
fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                begin(depth, out);
                out.push_str("- ");
                inner(item, depth + 1, out);
            }
        }
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in ordered(members) {
                begin(depth, out);
                key(name, out);
                out.push(':');
                let is_scalar = !is_block(member);
                if is_scalar {
                    out.push(' ');
                }
                write(member, depth + 1, out);
            }
        }
        Value::String(content) => {
            text(content, depth, out);
            out.push('\n');
        }
        scalar => {
            out.push_str(&exact(scalar));
            out.push('\n');
        }
    }
}

/// Writes an item: its first member stands on the line of the dash.
fn inner(value: &Value, depth: usize, out: &mut String) {
    if is_block(value) {
        let mut block = String::new();
        write(value, depth, &mut block);
        out.push_str(block.trim_start_matches(['\n', ' ']));
    } else {
        write(value, depth, out);
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    }
}

/// A line of its own, but for the first of all.
fn begin(depth: usize, out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out.extend(std::iter::repeat_n("  ", depth));
}

/// A name stands on one line, however long it is.
fn key(name: &str, out: &mut String) {
    if is_plain(name) {
        out.push_str(name);
    } else {
        out.push_str(&quoted(name));
    }
}

/// As JSON has it, and nothing in it that YAML takes for the end of a line, or does not take at all.
fn quoted(content: &str) -> String {
    let is_odd =
        |c: char| ('\u{7f}'..='\u{9f}').contains(&c) || "\u{2028}\u{2029}\u{feff}".contains(c);
    let json = Value::from(content).to_string();
    json.chars().fold(String::new(), |mut out, c| {
        if is_odd(c) {
            out.extend(["\\u", &format!("{:04x}", u32::from(c))]);
        } else {
            out.push(c);
        }
        out
    })
}

/// A number whose exponent no reader overlooks: it wants a point before it, and a sign behind.
fn exact(scalar: &Value) -> String {
    let text = scalar.to_string();
    match text.split_once('e') {
        Some((mantissa, exponent)) if scalar.is_number() => {
            let point = if mantissa.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with(['+', '-']) {
                ""
            } else {
                "+"
            };
            format!("{mantissa}{point}e{sign}{exponent}")
        }
        _ => text,
    }
}

fn text(content: &str, depth: usize, out: &mut String) {
    if is_plain(content) {
        out.push_str(content);
    } else if is_paragraphs(content) {
        out.push_str("|-");
        for line in content.split('\n') {
            out.push('\n');
            if !line.is_empty() {
                out.extend(std::iter::repeat_n("  ", depth.max(1)));
                out.push_str(line);
            }
        }
    } else {
        out.push_str(&quoted(content));
    }
}

/// A text that no reader takes for something else: letters, then letters, digits and a few signs.
fn is_plain(content: &str) -> bool {
    const WORDS: [&str; 12] = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity",
    ];
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "_-./ ".contains(c);
    let begins_well = content.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    begins_well
        && content.chars().all(is_inner)
        && !content.ends_with(' ')
        && content.len() <= 80
        && !WORDS.iter().any(|word| content.eq_ignore_ascii_case(word))
}

/// Several lines that a block takes as they are.
fn is_paragraphs(content: &str) -> bool {
    let is_printable = |c: char| c == '\n' || (' '..='~').contains(&c);
    content.contains('\n')
        && content.chars().all(is_printable)
        && content.starts_with(|c: char| c.is_ascii_graphic())
        && content.ends_with(|c: char| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::yaml;

    #[test]
    fn what_could_be_taken_for_something_else_is_quoted() {
        let document = json!({
            "paths": {"/things/{id}": {"get": {"tags": ["no", "things", "1.0", "2001-01-01"]}}},
            "version": "1.0",
            "on": null,
            "empty": {"list": [], "object": {}, "text": ""},
            "nested": [[1, 2], {"a": 1, "b": [true]}, "a: b", "# no comment", "é"],
            "description": "First.\n\nSecond: *more*.",
            "a\nb": ["\u{7f}\u{85}", 1e21, 1e-7],
        });
        let expected = r##"version: "1.0"
description: |-
  First.

  Second: *more*.
paths:
  "/things/{id}":
    get:
      tags:
        - "no"
        - things
        - "1.0"
        - "2001-01-01"
"a\nb":
  - "\u007f\u0085"
  - 1.0e+21
  - 1.0e-7
empty:
  list: []
  object: {}
  text: ""
nested:
  - - 1
    - 2
  - a: 1
    b:
      - true
  - "a: b"
  - "# no comment"
  - "é"
"on": null
"##;
        assert_eq!(yaml(&document), expected);
    }
}
