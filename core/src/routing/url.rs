//! From a route and its fields back to a path.

use std::fmt::Display;

use super::converter::Registered;
use super::template::Piece;
use crate::error::HttpError;
use crate::{Route, uri};

/// What the rest of a path below a prefix is called.
pub(crate) const REST: &str = "rest";

impl Route {
    /// Writes a path as the template has it. Whether it leads to this route is the caller's to
    /// find out.
    pub(crate) fn url(&self, fields: &[(&str, &dyn Display)]) -> Result<String, HttpError> {
        let Some(template) = &self.parsed else {
            return Err(self.no_url("is a pattern, of which no URL can be made"));
        };
        self.check_names(fields)?;
        let mut path = String::new();
        for segment in &template.segments {
            path.push('/');
            for piece in &segment.pieces {
                match piece {
                    Piece::Literal(text) => path.push_str(&literal(text)),
                    Piece::Field(field) => path.push_str(&self.field(&field.name, fields)?),
                }
            }
        }
        let rest = fields.iter().find(|(name, _)| self.is_rest(name));
        if let Some((_, rest)) = rest {
            let rest = rest.to_string();
            path = format!("{}/{}", path.trim_end_matches('/'), segments(&rest));
        }
        // A client resolves the one, and takes the other for a host (RFC 3986 section 4.2).
        if path.split('/').any(|s| s == "." || s == "..") || path.starts_with("//") {
            return Err(self.no_url(format!("would give {path}, which leads elsewhere")));
        }
        Ok(path)
    }

    pub(crate) fn no_url(&self, why: impl Display) -> HttpError {
        HttpError::internal_server_error().caused_by(format!("{} {why}", self.template))
    }

    fn is_rest(&self, name: &str) -> bool {
        self.takes_rest() && name == REST && self.field_index(name).is_none()
    }

    fn check_names(&self, fields: &[(&str, &dyn Display)]) -> Result<(), HttpError> {
        for (i, (name, _)) in fields.iter().enumerate() {
            if self.field_index(name).is_none() && !self.is_rest(name) {
                return Err(self.no_url(format!("has no field `{name}`")));
            }
            if fields.iter().skip(i + 1).any(|(other, _)| other == name) {
                return Err(self.no_url(format!("is given the field `{name}` twice")));
            }
        }
        Ok(())
    }

    /// A field's text, where its converter takes it; a field that takes the rest keeps its slashes.
    fn field(&self, name: &str, fields: &[(&str, &dyn Display)]) -> Result<String, HttpError> {
        let given = fields.iter().find(|(given, _)| *given == name);
        let given = given.ok_or_else(|| self.no_url(format!("needs the field `{name}`")))?;
        let text = given.1.to_string();
        let converter = self.converter(name);
        if converter.is_some_and(Registered::is_path) {
            return Ok(segments(&text));
        }
        if text.is_empty() || converter.is_some_and(|converter| !converter.accepts(&text)) {
            return Err(self.no_url(format!("does not take `{text}` for `{name}`")));
        }
        Ok(uri::encode_value(&text).into_owned())
    }
}

fn segments(text: &str) -> String {
    let segments = text.split('/').map(uri::encode_value);
    segments.collect::<Vec<_>>().join("/")
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
