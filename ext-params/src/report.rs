//! Finding all that is wrong, not only the first.
//!
//! serde stops at the first fault. So a struct that cannot be filled in is tried again, each time
//! with a text in the place of the fault that the field might take, until nothing is left to say.
//! A request without mistakes is read once.

use std::cell::RefCell;

use falcon_core::{HttpError, Member, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::Fault;
use crate::source::{Attempt, Place, Source};

/// Texts of which most types take one.
const STAND_INS: [&str; 9] = [
    "0",
    "1",
    "a",
    "true",
    "2000-01-01",
    "2000-01-01T00:00:00Z",
    "00000000-0000-4000-8000-000000000000",
    "127.0.0.1",
    "http://localhost/",
];

/// What is wrong with one parameter.
struct Problem {
    name: String,
    expected: String,
    is_missing: bool,
}

/// A parameter that stands in for one that is wrong, and how many texts were tried.
struct StandIn {
    name: String,
    tried: usize,
}

/// Fills in a struct, or tells everything that keeps it from being filled in.
pub(crate) fn read<T: DeserializeOwned>(mut source: Source) -> Result<T, HttpError> {
    match attempt(&source) {
        Ok(value) => Ok(value),
        Err((fault, name)) => {
            let place = source.place;
            Err(refuse(place, &all_problems::<T>(&mut source, fault, name)))
        }
    }
}

/// Tries once; a fault comes with the name that was being read.
fn attempt<T: DeserializeOwned>(source: &Source) -> Result<T, (Fault, Option<String>)> {
    let reading = RefCell::new(None);
    let attempt = Attempt {
        source,
        reading: &reading,
    };
    T::deserialize(attempt).map_err(|fault| (fault, reading.into_inner()))
}

#[cold]
fn all_problems<T: DeserializeOwned>(
    source: &mut Source,
    mut fault: Fault,
    mut name: Option<String>,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    let mut stand_ins: Vec<StandIn> = Vec::new();
    // A fault is one parameter's, and a parameter has so many texts to try.
    let most = (source.entries.len() + 64) * (STAND_INS.len() + 2);
    for _ in 0..most {
        match (fault, name) {
            (Fault::Unknown(unknown, known), _) => {
                source.entries.retain(|(name, _)| *name != unknown);
                let expected = format!("only {}", known.join(", "));
                problems.push(Problem::new(unknown, expected));
            }
            (Fault::Missing(field), _) => {
                let name = source.place.shown(field);
                if !stand_in(source, &mut stand_ins, &name, &[]) {
                    break;
                }
                // What it should have been, is asked for in the end.
                problems.push(Problem {
                    is_missing: true,
                    ..Problem::new(name, String::new())
                });
            }
            (Fault::Value(expected, texts), Some(name)) => {
                let known = problems.iter_mut().find(|problem| problem.name == name);
                match known {
                    Some(problem) if problem.expected.is_empty() => problem.expected = expected,
                    Some(_) => {}
                    None => problems.push(Problem::new(name.clone(), expected)),
                }
                if !stand_in(source, &mut stand_ins, &name, texts) {
                    // Nothing fits: it is taken out, and what hides behind it stays unsaid.
                    break;
                }
            }
            (Fault::Value(expected, _), None) => {
                problems.push(Problem::new(String::new(), expected));
                break;
            }
        }
        let Err(next) = attempt::<T>(source) else {
            break;
        };
        (fault, name) = next;
    }
    for problem in problems
        .iter_mut()
        .filter(|problem| problem.expected.is_empty())
    {
        problem.expected =
            expected_of::<T>(source, &problem.name).unwrap_or_else(|| "a value".to_owned());
    }
    problems
}

/// What a field says that it expects of a text that hardly any type takes.
fn expected_of<T: DeserializeOwned>(source: &mut Source, name: &str) -> Option<String> {
    let entry = source.entries.iter_mut().find(|(known, _)| known == name)?;
    entry.1 = vec!["\u{1}".to_owned()];
    match attempt::<T>(source) {
        Err((Fault::Value(expected, _), Some(reading))) if reading == name => Some(expected),
        _ => None,
    }
}

/// Puts the next text in the place of a parameter; `false` where none is left.
fn stand_in(
    source: &mut Source,
    stand_ins: &mut Vec<StandIn>,
    name: &str,
    texts: &[&'static str],
) -> bool {
    let at = stand_ins.iter().position(|known| known.name == name);
    let at = at.unwrap_or_else(|| {
        stand_ins.push(StandIn {
            name: name.to_owned(),
            tried: 0,
        });
        stand_ins.len() - 1
    });
    let Some(known) = stand_ins.get_mut(at) else {
        return false;
    };
    let text = texts.first().or_else(|| STAND_INS.get(known.tried));
    known.tried += 1;
    let Some(text) = text.filter(|_| known.tried <= STAND_INS.len() + 1) else {
        return false;
    };
    let texts = vec![(*text).to_owned()];
    let place = source.place;
    match source
        .entries
        .iter_mut()
        .find(|(known, _)| place.is_same(known, name) || known == name)
    {
        Some(entry) => entry.1 = texts,
        None => source.entries.push((name.to_owned(), texts)),
    }
    true
}

impl Problem {
    fn new(name: String, expected: String) -> Self {
        Self {
            name,
            expected,
            is_missing: false,
        }
    }

    fn sentence(&self) -> String {
        let Self { name, expected, .. } = self;
        if self.is_missing {
            format!("`{name}` is missing; expected is {expected}.")
        } else if name.is_empty() {
            format!("{expected}.")
        } else {
            format!("`{name}` is wrong; expected is {expected}.")
        }
    }

    fn member(&self, place: Place) -> Member {
        let code = if self.is_missing {
            "missing"
        } else {
            "invalid"
        };
        Member::from(vec![
            ("in", Member::from(place.name())),
            ("name", Member::from(self.name.as_str())),
            ("code", Member::from(code)),
            ("expected", Member::from(self.expected.as_str())),
        ])
    }
}

/// 400 with all problems; 404 for a path, which names nothing then.
fn refuse(place: Place, problems: &[Problem]) -> HttpError {
    let sentences: Vec<String> = problems.iter().map(Problem::sentence).collect();
    let members: Vec<Member> = problems
        .iter()
        .map(|problem| problem.member(place))
        .collect();
    let error = match place {
        Place::Path => HttpError::new(StatusCode::NOT_FOUND),
        Place::Query => HttpError::bad_request()
            .title("Invalid parameters")
            .code("invalid_parameters"),
        Place::Header => HttpError::bad_request()
            .title("Invalid headers")
            .code("invalid_headers"),
    };
    error.detail(sentences.join(" ")).member("errors", members)
}
