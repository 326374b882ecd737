//! Parameters of the query, the path, headers and cookies, held to their schemas.

use std::borrow::Cow;
use std::sync::Arc;

use falcon_core::operation::{Parameter, Place, Style};
use falcon_core::{Query, Request, Result};
use serde_json::Value;

use crate::compiled::Compiled;
use crate::explain::Violation;
use crate::problem::{self, Wrong};

/// The parameters of an operation.
#[derive(Debug)]
pub(crate) struct Parameters {
    all: Vec<One>,
    refuse_unknown: bool,
}

#[derive(Debug)]
struct One {
    place: Place,
    name: String,
    style: Style,
    is_required: bool,
    schema: Arc<Compiled>,
}

/// What a request has for a parameter.
enum Found {
    Nothing,
    Value(Value),
    /// Several values, where one can be.
    Several,
    /// Bytes that are no text.
    NoText,
}

impl Parameters {
    pub(crate) fn new(refuse_unknown: bool) -> Self {
        Self {
            all: Vec::new(),
            refuse_unknown,
        }
    }

    pub(crate) fn add(&mut self, parameter: &Parameter, schema: Arc<Compiled>) {
        self.all.push(One {
            place: parameter.place,
            name: parameter.name.clone(),
            style: parameter.style,
            is_required: parameter.is_required,
            schema,
        });
    }

    pub(crate) fn has_work(&self) -> bool {
        self.refuse_unknown || !self.all.is_empty()
    }

    /// Holds all of them to their schemas.
    pub(crate) fn check(&self, req: &Request, most: usize) -> Result {
        let query = req.query()?;
        let mut wrong = Vec::new();
        let mut is_truncated = false;
        for one in &self.all {
            let found = one.find(req, &query)?;
            let room = most.saturating_sub(wrong.len());
            is_truncated |= one.check(found, room, &mut wrong);
        }
        if self.refuse_unknown {
            is_truncated |= self.unknown(&query, most, &mut wrong);
        }
        if wrong.is_empty() {
            return Ok(());
        }
        Err(problem::of_parameters(&wrong, is_truncated).into())
    }

    /// Notes the parameters of the query that nobody has told of; `true` where there are more.
    fn unknown(&self, query: &Query<'_>, most: usize, wrong: &mut Vec<Wrong>) -> bool {
        let is_known = |name: &str| {
            let mut known = self.all.iter().filter(|one| one.place == Place::Query);
            known.any(|one| match one.style {
                Style::Members => name.split('[').next() == Some(&one.name),
                _ => one.name == name,
            })
        };
        for (name, _) in query.iter().filter(|(name, _)| !is_known(name)) {
            let name: String = name.chars().take(100).collect();
            if wrong.iter().any(|known| known.name == name) {
                continue;
            }
            if wrong.len() >= most {
                return true;
            }
            let violation = rule("unknown", "It is not known here.");
            let place = Place::Query;
            wrong.push(Wrong {
                place,
                name,
                violation,
            });
        }
        false
    }
}

fn rule(keyword: &str, sentence: &str) -> Violation {
    Violation {
        pointer: String::new(),
        schema: String::new(),
        keyword: keyword.to_owned(),
        sentence: sentence.to_owned(),
    }
}

impl One {
    /// Notes what is wrong; `true` where there may be more.
    fn check(&self, found: Found, room: usize, wrong: &mut Vec<Wrong>) -> bool {
        let mut note = |violation| {
            wrong.push(Wrong {
                place: self.place,
                name: self.name.clone(),
                violation,
            });
        };
        let violation = match found {
            Found::Nothing if self.is_required => rule("required", "It is missing."),
            Found::Nothing => return false,
            Found::Several => rule("single", "It may not have more than one value."),
            Found::NoText => rule("text", "It must be a text."),
            Found::Value(value) if self.schema.is_valid(&value) => return false,
            Found::Value(value) => {
                if room == 0 {
                    return true;
                }
                let explanation = self.schema.explain(&value, room);
                explanation.violations.into_iter().for_each(note);
                return explanation.is_truncated;
            }
        };
        if room == 0 {
            return true;
        }
        note(violation);
        false
    }

    fn find(&self, req: &Request, query: &Query<'_>) -> Result<Found> {
        Ok(match self.place {
            Place::Query => self.in_query(query)?,
            Place::Header => self.in_headers(req),
            Place::Cookie => {
                let cookies = req.cookies()?;
                self.single(cookies.get(&self.name))
            }
            _ => self.single(req.param(&self.name)),
        })
    }

    fn in_query(&self, query: &Query<'_>) -> Result<Found> {
        if self.style == Style::Members {
            let members = query.members(&self.name)?;
            if members.is_empty() {
                return Ok(Found::Nothing);
            }
            return Ok(Found::Value(self.schema.coercion.object(members)));
        }
        let texts: Vec<Cow<'_, str>> = query.all(&self.name).collect();
        Ok(match texts.as_slice() {
            [] => Found::Nothing,
            several if self.style == Style::Repeated && self.schema.coercion.is_list() => {
                Found::Value(self.schema.coercion.list(several))
            }
            [one] => self.one(one),
            [_, ..] => Found::Several,
        })
    }

    fn in_headers(&self, req: &Request) -> Found {
        let lines = req.headers().get_all(&self.name).iter();
        let texts: Result<Vec<&str>, _> = lines.map(|line| line.to_str()).collect();
        match texts.as_deref() {
            Err(_) => Found::NoText,
            Ok([]) => Found::Nothing,
            Ok([one]) => self.one(one),
            // Lines of a list are one list (RFC 9110 section 5.3).
            Ok(several) if self.schema.coercion.is_list() => self.one(&several.join(",")),
            Ok(_) => Found::Several,
        }
    }

    fn single(&self, text: Option<&str>) -> Found {
        text.map_or(Found::Nothing, |text| self.one(text))
    }

    /// One text, which may be a list.
    fn one(&self, text: &str) -> Found {
        let coercion = &self.schema.coercion;
        if !coercion.is_list() {
            return Found::Value(coercion.value(text));
        }
        let delimiter = match self.style {
            Style::Spaces => ' ',
            Style::Pipes => '|',
            _ => ',',
        };
        let trimmed = text.split(delimiter).map(|item| match self.place {
            Place::Header => item.trim_matches([' ', '\t']),
            _ => item,
        });
        let items: Vec<&str> = trimmed.filter(|_| !text.is_empty()).collect();
        Found::Value(coercion.list(items))
    }
}
