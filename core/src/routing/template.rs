//! The grammar of templates.

use std::ops::Range;

use super::captures::MAX_FIELDS;
use super::error::Fault;

/// A template, parsed: what each segment is made of.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) at: Range<usize>,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a segment; a segment is literal, one field, or both in turn.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Literal(String),
    Field(FieldExpr),
}

/// `{name}` or `{name:converter(args)}`.
#[derive(Clone, Debug)]
pub(crate) struct FieldExpr {
    pub(crate) at: Range<usize>,
    pub(crate) name: String,
    pub(crate) converter: Option<ConverterExpr>,
}

#[derive(Clone, Debug)]
pub(crate) struct ConverterExpr {
    pub(crate) at: Range<usize>,
    pub(crate) name: String,
    /// What is between the parentheses; `None` without them.
    pub(crate) args: Option<String>,
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        if !text.starts_with('/') {
            return Err(
                Fault::new(0..text.len().min(1), "a template begins with a slash")
                    .help(format!("write `/{text}`")),
            );
        }
        if let Some(at) = text.find("//") {
            return Err(
                Fault::new(at..at + 2, "a template has no empty segment inside")
                    .help("a group's prefix ends without a slash, its templates begin with one"),
            );
        }
        let mut template = Self {
            segments: Vec::new(),
        };
        let mut start = 1;
        while let Some(segment) = segment_end(text, start).map(|end| start..end) {
            template
                .segments
                .push(parse_segment(text, segment.clone())?);
            start = segment.end + 1;
        }
        template.check_fields()?;
        Ok(template)
    }

    /// The same with all that is below it: what a mount or a sink takes.
    pub(crate) fn with_rest(mut self) -> Self {
        let at = self
            .segments
            .last()
            .map_or(0..0, |segment| segment.at.clone());
        // The slash at a prefix's end is the one before the rest.
        if self
            .segments
            .last()
            .is_some_and(|segment| segment.pieces.is_empty())
        {
            self.segments.pop();
        }
        let converter = ConverterExpr {
            at: at.clone(),
            name: "path".to_owned(),
            args: None,
        };
        let rest = FieldExpr {
            at: at.clone(),
            name: String::new(),
            converter: Some(converter),
        };
        self.segments.push(Segment {
            at,
            pieces: vec![Piece::Field(rest)],
        });
        self
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &FieldExpr> {
        self.segments
            .iter()
            .flat_map(|segment| &segment.pieces)
            .filter_map(|piece| match piece {
                Piece::Field(field) => Some(field),
                Piece::Literal(_) => None,
            })
    }

    /// Field names must differ, and there is room for so many.
    pub(crate) fn check_fields(&self) -> Result<(), Fault> {
        let mut names: Vec<&str> = Vec::new();
        for field in self.fields() {
            if names.contains(&field.name.as_str()) {
                let what = format!("the field `{}` is there twice", field.name);
                return Err(
                    Fault::new(field.at.clone(), what).help("give each field a name of its own")
                );
            }
            if names.len() == MAX_FIELDS {
                let what = format!("a template has at most {MAX_FIELDS} fields");
                return Err(Fault::new(field.at.clone(), what)
                    .help("what a mount, a sink or a prefix takes below it counts as one"));
            }
            names.push(&field.name);
        }
        Ok(())
    }
}

/// The end of the segment that begins at `start`: the next slash that is not within a field.
fn segment_end(text: &str, start: usize) -> Option<usize> {
    let mut rest = text.get(start..)?;
    loop {
        let at = rest.find(['/', '{']).unwrap_or(rest.len());
        let found = rest.get(at..)?;
        let field = field_end(found).filter(|_| found.starts_with('{'));
        match field {
            Some(end) => rest = found.get(end + 1..)?,
            None if found.starts_with('{') => rest = found.get(1..)?,
            None => return Some(text.len() - found.len()),
        }
    }
}

/// Where the field that a text begins with is closed: at the first brace outside of a quoted
/// argument.
fn field_end(text: &str) -> Option<usize> {
    let (mut quote, mut in_args) = (None, false);
    text.bytes().position(|b| {
        match (quote, b) {
            (Some(open), b) if b == open => quote = None,
            (None, b'"' | b'\'') if in_args => quote = Some(b),
            (None, b'(') => in_args = true,
            _ => {}
        }
        b == b'}' && quote.is_none()
    })
}

fn parse_segment(text: &str, at: Range<usize>) -> Result<Segment, Fault> {
    if let Some(fault) = foreign(text.get(at.clone()).unwrap_or(""), &at) {
        return Err(fault);
    }
    let mut pieces = Vec::new();
    let mut start = at.start;
    while start < at.end {
        let rest = text.get(start..at.end).unwrap_or("");
        if rest.starts_with('{') {
            let Some(len) = field_end(rest) else {
                return Err(Fault::new(start..at.end, "this field is not closed")
                    .help("add `}` at its end"));
            };
            if let Some(Piece::Field(before)) = pieces.last() {
                let what = "two fields side by side: nothing tells where one ends";
                return Err(Fault::new(before.at.start..start + len + 1, what)
                    .help("put a literal between them"));
            }
            pieces.push(Piece::Field(parse_field(text, start..start + len + 1)?));
            start += len + 1;
        } else {
            let len = rest.find('{').unwrap_or(rest.len());
            pieces.push(Piece::Literal(parse_literal(text, start..start + len)?));
            start += len;
        }
    }
    Ok(Segment { at, pieces })
}

fn parse_literal(text: &str, at: Range<usize>) -> Result<String, Fault> {
    let literal = text.get(at.clone()).unwrap_or("");
    let wrong = literal.char_indices().find(|(_, c)| {
        c.is_whitespace() || c.is_control() || matches!(c, '}' | '?' | '#' | '%' | '\\')
    });
    let Some((offset, c)) = wrong else {
        return Ok(literal.to_owned());
    };
    let place = at.start + offset..at.start + offset + c.len_utf8();
    Err(match c {
        '}' => Fault::new(place, "this brace closes no field").help("a field is written `{name}`"),
        '?' | '#' => Fault::new(place, "a template matches the path alone")
            .help("the query is read with `req.query()`"),
        '%' => Fault::new(place, "a template is written decoded")
            .help("write the character itself; it is compared with the decoded path"),
        _ => Fault::new(place, format!("{c:?} cannot stand in a template")),
    })
}

/// A whole segment that is a field as other frameworks write it, and would match nothing that was
/// meant.
fn foreign(literal: &str, at: &Range<usize>) -> Option<Fault> {
    let named = |name: &str, help: &str| is_identifier(name).then(|| help.replace("name", name));
    let help = match literal.as_bytes() {
        [b':', ..] => named(literal.get(1..)?, "write `{name}`")?,
        [b'<', .., b'>'] => {
            let name = literal.get(1..literal.len() - 1)?;
            named(name.rsplit(':').next()?, "write `{name}`")?
        }
        b"*" | b"**" => "all that is left of a path is `{rest:path}`".to_owned(),
        [b'*', ..] => named(
            literal.get(1..)?,
            "all that is left of a path is `{name:path}`",
        )?,
        _ => return None,
    };
    let what = format!("`{literal}` is no field here, and would match itself alone");
    Some(Fault::new(at.clone(), what).help(help))
}

fn parse_field(text: &str, at: Range<usize>) -> Result<FieldExpr, Fault> {
    let inner = at.start + 1..at.end - 1;
    let content = text.get(inner.clone()).unwrap_or("");
    let (name, converter) = match content.split_once(':') {
        Some((name, converter)) => (name, Some(converter)),
        None => (content, None),
    };
    if !is_identifier(name) {
        let place = if name.is_empty() {
            at
        } else {
            inner.start..inner.start + name.len()
        };
        let what = if name.is_empty() {
            "a field needs a name".to_owned()
        } else {
            format!("`{name}` is no field name")
        };
        return Err(Fault::new(place, what).help(match name.strip_prefix('*') {
            Some(name) => format!("all that is left of a path is `{{{name}:path}}`"),
            None => "a name is letters, digits and `_`, and begins with no digit".to_owned(),
        }));
    }
    let converter = match converter {
        Some(converter) => Some(parse_converter(
            converter,
            inner.start + name.len() + 1,
            &at,
        )?),
        None => None,
    };
    Ok(FieldExpr {
        at,
        name: name.to_owned(),
        converter,
    })
}

fn parse_converter(text: &str, start: usize, field: &Range<usize>) -> Result<ConverterExpr, Fault> {
    let at = start..start + text.len();
    let (name, args) = match text.split_once('(') {
        None => (text, None),
        Some((name, rest)) => match rest.strip_suffix(')') {
            Some(args) => (name, Some(args.to_owned())),
            None => {
                return Err(
                    Fault::new(at, "the converter's arguments are not closed").help("add `)`")
                );
            }
        },
    };
    if name.is_empty() {
        return Err(
            Fault::new(field.clone(), "the colon is followed by no converter")
                .help("write `{name}` or, say, `{name:int}`"),
        );
    }
    if !is_identifier(name) {
        return Err(Fault::new(
            start..start + name.len(),
            format!("`{name}` is no converter name"),
        ));
    }
    Ok(ConverterExpr {
        at,
        name: name.to_owned(),
        args,
    })
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_points_at_its_place() {
        let rows = [
            ("users", 0..1, "begins with a slash"),
            ("/a//b", 2..4, "no empty segment"),
            ("/a/{id", 3..6, "not closed"),
            ("/a/id}", 5..6, "closes no field"),
            ("/{}", 1..3, "needs a name"),
            ("/{1a}", 2..4, "no field name"),
            ("/{a}{b}", 1..7, "side by side"),
            ("/{a}/{a}", 5..8, "twice"),
            ("/{a:}", 1..5, "no converter"),
            ("/{a:int(1}", 4..9, "not closed"),
            ("/a?b", 2..3, "the path alone"),
            ("/a b", 2..3, "cannot stand"),
            ("/a%20b", 2..3, "written decoded"),
        ];
        for (template, at, what) in rows {
            let fault = Template::parse(template).unwrap_err();
            assert_eq!(fault.at, at, "{template}: {}", fault.what);
            assert!(fault.what.contains(what), "{template}: {}", fault.what);
        }
    }

    #[test]
    fn a_slash_may_stand_in_an_argument() {
        let template = Template::parse("/{a:date(format=y/m)}/b").unwrap();
        assert_eq!(template.segments.len(), 2);
        let field = template.fields().next().unwrap();
        assert_eq!(
            field.converter.as_ref().unwrap().args.as_deref(),
            Some("format=y/m")
        );
    }

    #[test]
    fn a_brace_a_slash_and_a_comma_may_stand_in_a_quoted_argument() {
        let template = Template::parse("/{a:re(\"[a-z]{2}/,\")}.x/{b:re('}')}").unwrap();
        assert_eq!(template.segments.len(), 2);
        let args = template
            .fields()
            .map(|field| field.converter.clone().unwrap().args.unwrap());
        assert_eq!(args.collect::<Vec<_>>(), ["\"[a-z]{2}/,\"", "'}'"]);
    }

    #[test]
    fn a_trailing_slash_is_an_empty_segment() {
        assert_eq!(Template::parse("/").unwrap().segments.len(), 1);
        assert_eq!(Template::parse("/a").unwrap().segments.len(), 1);
        assert_eq!(Template::parse("/a/").unwrap().segments.len(), 2);
    }
}
