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
        let query = req.query()?.with_commas(false);
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
                Style::Members => member_of(&one.name, name).is_some(),
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
            let violation = Violation::new("unknown", "It is not known here.");
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
            Found::Nothing if self.is_required => Violation::new("required", "It is missing."),
            Found::Nothing => return false,
            Found::Several => Violation::new("single", "It may not have more than one value."),
            Found::NoText => Violation::new("text", "It must be a text."),
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
            Place::Query => self.in_query(query),
            Place::Header => self.in_headers(req),
            Place::Cookie => {
                let cookies = req.cookies()?;
                self.of(&cookies.all(&self.name).collect::<Vec<_>>())
            }
            _ => self.of(&req.param(&self.name).into_iter().collect::<Vec<_>>()),
        })
    }

    fn in_query(&self, query: &Query<'_>) -> Found {
        if self.style == Style::Members {
            return self.members(query);
        }
        let texts: Vec<Cow<'_, str>> = query.all(&self.name).collect();
        if texts.len() == 1 && self.style == Style::Commas {
            // A comma that is encoded is part of an item.
            let query = query.with_commas(true);
            return self.items(&query.all(&self.name).collect::<Vec<_>>());
        }
        self.of(&texts)
    }

    /// An object, `name[member]=text`; a member that is there several times is a list.
    fn members(&self, query: &Query<'_>) -> Found {
        let members = query.iter().filter_map(|(name, text)| {
            let member = member_of(&self.name, &name)?;
            Some((member.to_owned(), text))
        });
        let members: Vec<(String, Cow<'_, str>)> = members.collect();
        if members.is_empty() {
            return Found::Nothing;
        }
        Found::Value(self.schema.coercion().object(members))
    }

    fn in_headers(&self, req: &Request) -> Found {
        let lines = req.headers().get_all(&self.name).iter();
        let texts: Result<Vec<&str>, _> = lines.map(|line| line.to_str()).collect();
        match texts {
            Err(_) => Found::NoText,
            // Lines of a list are one list (RFC 9110 section 5.3).
            Ok(texts) if texts.len() > 1 && self.schema.coercion().is_list() => {
                self.one(&texts.join(","))
            }
            Ok(texts) => self.of(&texts),
        }
    }

    /// As many texts as there are.
    fn of<T: AsRef<str>>(&self, texts: &[T]) -> Found {
        match texts {
            [] => Found::Nothing,
            [one] => self.one(one.as_ref()),
            several if self.place == Place::Query && self.style == Style::Repeated => {
                let list = self.schema.list(several);
                let takes_it = self.schema.coercion().is_list() || self.schema.is_valid(&list);
                if takes_it {
                    Found::Value(list)
                } else {
                    Found::Several
                }
            }
            _ => Found::Several,
        }
    }

    /// One text, which may be a list.
    fn one(&self, text: &str) -> Found {
        let is_list = self.schema.coercion().is_list();
        let is_repeated = self.place == Place::Query && self.style == Style::Repeated;
        let single = self.schema.value(text);
        if !is_list || (is_repeated && self.schema.is_valid(&single)) {
            return Found::Value(single);
        }
        if is_repeated {
            return self.items(&[text]);
        }
        let delimiter = match self.style {
            Style::Spaces => ' ',
            Style::Pipes => '|',
            _ => ',',
        };
        let items = text.split(delimiter).map(|item| match self.place {
            Place::Header => item.trim_matches([' ', '\t']),
            _ => item,
        });
        self.items(&items.collect::<Vec<_>>())
    }

    /// The items of a list; nothing at all is a list of none, where it can be no item.
    fn items<T: AsRef<str>>(&self, texts: &[T]) -> Found {
        let list = self.schema.list(texts);
        let is_blank = matches!(texts, [only] if only.as_ref().is_empty());
        if is_blank && !self.schema.is_valid(&list) {
            return Found::Value(Value::Array(Vec::new()));
        }
        Found::Value(list)
    }
}

/// The member that `name[member]` names.
fn member_of<'n>(name: &str, full: &'n str) -> Option<&'n str> {
    full.strip_prefix(name)?
        .strip_prefix('[')?
        .strip_suffix(']')
}
