//! The fields of a form, by their names.

use std::borrow::Cow;

use falcon_core::Query;

use super::{MAX_DEPTH, MAX_FIELDS};

/// A field: the texts that were given for it, or the fields inside it.
pub(super) enum Field {
    Values(Vec<String>),
    Named(Vec<(String, Self)>),
}

impl Field {
    /// Reads a form. A name such as `user[tags][]` is one of a field inside another; one whose
    /// brackets do not fit is taken as it stands.
    pub(super) fn parse(body: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(body).map_err(|error| {
            let at = error.valid_up_to();
            format!("At byte {at}: the form is not UTF-8")
        })?;
        if text.split('&').filter(|pair| !pair.is_empty()).count() > MAX_FIELDS {
            return Err(format!("The form has more than {MAX_FIELDS} fields"));
        }
        let not_utf8 = |_| "A field is not UTF-8 once it is decoded".to_owned();
        let query = Query::parse(text).map_err(not_utf8)?;
        let mut root = Vec::new();
        for (name, value) in query.with_blanks(true).with_commas(false).iter() {
            let (first, inner) = split(&name);
            if inner.len() >= MAX_DEPTH {
                return Err(format!(
                    "The name `{name}` is nested more than {MAX_DEPTH} deep"
                ));
            }
            insert(&mut root, first, &inner, value)
                .map_err(|why| format!("The field `{name}` {why}"))?;
        }
        Ok(Self::Named(root))
    }
}

/// Takes a name apart: what stands before the brackets, and what stands in each of them.
pub(super) fn split(name: &str) -> (&str, Vec<&str>) {
    let whole = || (name, Vec::new());
    let Some((first, brackets)) = name.split_once('[').filter(|(first, _)| !first.is_empty())
    else {
        return whole();
    };
    let Some(brackets) = brackets.strip_suffix(']') else {
        return whole();
    };
    let inner: Vec<&str> = brackets.split("][").collect();
    if inner.iter().any(|name| name.contains(['[', ']'])) {
        return whole();
    }
    (first, inner)
}

fn insert(
    fields: &mut Vec<(String, Field)>,
    name: &str,
    inner: &[&str],
    value: Cow<'_, str>,
) -> Result<(), &'static str> {
    let known = fields.iter().position(|(known, _)| known == name);
    let at = known.unwrap_or_else(|| {
        let field = match inner {
            [] | [""] => Field::Values(Vec::new()),
            _ => Field::Named(Vec::new()),
        };
        fields.push((name.to_owned(), field));
        fields.len() - 1
    });
    let Some((_, field)) = fields.get_mut(at) else {
        return Ok(());
    };
    match (field, inner) {
        (Field::Values(values), [] | [""]) => {
            values.push(value.into_owned());
            Ok(())
        }
        (Field::Named(_), ["", ..]) => {
            Err("has empty brackets that are not its end: a number belongs into them")
        }
        (Field::Named(fields), [first, inner @ ..]) => insert(fields, first, inner, value),
        _ => Err("is given as a value and with fields inside it"),
    }
}
