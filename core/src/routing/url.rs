//! From a route and its fields back to a path.

use std::fmt::Display;

use super::converter::Registered;
use super::template::Piece;
use crate::error::{HttpError, Result};
use crate::{Route, uri};

impl Route {
    /// Writes a path that leads to this route.
    pub(crate) fn url(&self, fields: &[(&str, &dyn Display)]) -> Result<String> {
        let refuse = |why: String| HttpError::internal_server_error().caused_by(why);
        let Some(template) = &self.parsed else {
            return Err(refuse(format!(
                "{} is a pattern, of which no URL can be made",
                self.template
            ))
            .into());
        };
        if let Some((name, _)) = fields
            .iter()
            .find(|(name, _)| self.field_index(name).is_none())
        {
            return Err(refuse(format!("{} has no field `{name}`", self.template)).into());
        }
        let mut path = String::new();
        for segment in &template.segments {
            path.push('/');
            for piece in &segment.pieces {
                match piece {
                    Piece::Literal(text) => path.push_str(&literal(text)),
                    Piece::Field(field) => {
                        let given = fields.iter().find(|(name, _)| *name == field.name);
                        let missing =
                            || format!("{} needs the field `{}`", self.template, field.name);
                        let value = given.ok_or_else(|| refuse(missing()))?.1.to_string();
                        let converter = self.converter(&field.name);
                        path.push_str(&encoded(converter, &value).ok_or_else(|| {
                            refuse(format!(
                                "{} does not take `{value}` for `{}`",
                                self.template, field.name
                            ))
                        })?);
                    }
                }
            }
        }
        Ok(path)
    }
}

/// A literal as a path has it: what a path may hold stays.
fn literal(text: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(c);
    let mut path = String::new();
    for c in text.chars() {
        match c {
            c if keep(c) => path.push(c),
            c => path.push_str(&uri::encode_value(c.encode_utf8(&mut [0; 4]))),
        }
    }
    path
}

/// A field's text, where its converter takes it; a field that takes the rest keeps its slashes.
fn encoded(converter: Option<&Registered>, text: &str) -> Option<String> {
    if converter.is_some_and(Registered::is_path) {
        let segments = text.split('/').map(uri::encode_value);
        return Some(segments.collect::<Vec<_>>().join("/"));
    }
    let taken = !text.is_empty() && converter.is_none_or(|converter| converter.accepts(text));
    taken.then(|| uri::encode_value(text).into_owned())
}
