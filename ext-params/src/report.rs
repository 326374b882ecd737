//! Finding all that is wrong, not only the first.
//!
//! serde stops at the first fault. So a struct that cannot be filled in is tried again, each time
//! with a text in the place of the fault that the field might take, until nothing is left to say.
//! A request without mistakes is read once. What stays unsaid: that a field is missing which stands
//! in the struct behind one whose own type takes none of these texts.

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

/// The most that is said to be wrong: a list for people to read.
const MOST_PROBLEMS: usize = 50;

/// The most times that a struct is tried.
const MOST_ATTEMPTS: usize = 256;

/// What is wrong with one parameter.
struct Problem {
    name: String,
    expected: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Missing,
    Invalid,
    Unknown,
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
    let mut found = Found::default();
    for _ in 0..MOST_ATTEMPTS {
        if !found.note(source, fault, name) || found.problems.len() >= MOST_PROBLEMS {
            break;
        }
        let Err(next) = attempt::<T>(source) else {
            break;
        };
        (fault, name) = next;
    }
    // What those that are missing should have been, is asked for in the end.
    let unsaid = |problem: &&mut Problem| problem.expected.is_empty();
    for problem in found.problems.iter_mut().filter(unsaid) {
        let expected = expected_of::<T>(source, &problem.name);
        problem.expected = expected.unwrap_or_else(|| "a value".to_owned());
    }
    found.problems
}

/// What was found so far.
#[derive(Default)]
struct Found {
    problems: Vec<Problem>,
    stand_ins: Vec<StandIn>,
    /// What no text could stand in for, and was taken out.
    gone: Vec<String>,
}

impl Found {
    /// Notes a fault, and changes the source so that the next one can be found; `false` where none
    /// can be.
    fn note(&mut self, source: &mut Source, fault: Fault, name: Option<String>) -> bool {
        match (fault, name) {
            (Fault::Unknown(_, known), _) => {
                let is_known = |name: &str| known.iter().any(|k| source.place.is_same(name, k));
                let (kept, unknown) = std::mem::take(&mut source.entries)
                    .into_iter()
                    .partition(|(name, _)| is_known(name));
                source.entries = kept;
                let expected = format!("only {}", known.join(", "));
                let unknown: Vec<(String, Vec<String>)> = unknown;
                let room = MOST_PROBLEMS - self.problems.len();
                let names = unknown.into_iter().map(|(name, _)| name).take(room);
                self.problems
                    .extend(names.map(|name| Problem::new(name, expected.clone(), Kind::Unknown)));
                true
            }
            (Fault::Missing(field), _) => {
                let name = source.place.shown(field);
                let place = source.place;
                let is_gone = |gone: &String| *gone == name || place.is_same(gone, &name);
                if self.gone.iter().any(is_gone) {
                    return false;
                }
                let problem = Problem::new(name.clone(), String::new(), Kind::Missing);
                self.problems.push(problem);
                stand_in(source, &mut self.stand_ins, &name, &[])
            }
            (Fault::Value(expected, texts), Some(name)) => {
                let known = self
                    .problems
                    .iter_mut()
                    .find(|problem| problem.name == name);
                match known {
                    Some(problem) if problem.expected.is_empty() => problem.expected = expected,
                    Some(_) => {}
                    None => {
                        let problem = Problem::new(name.clone(), expected, Kind::Invalid);
                        self.problems.push(problem);
                    }
                }
                if !stand_in(source, &mut self.stand_ins, &name, texts) {
                    // Nothing fits. Without it, all others can be read.
                    let place = source.place;
                    source
                        .entries
                        .retain(|(known, _)| *known != name && !place.is_same(known, &name));
                    self.gone.push(name);
                }
                true
            }
            (Fault::Value(expected, _), None) => {
                let problem = Problem::new(String::new(), expected, Kind::Invalid);
                self.problems.push(problem);
                false
            }
        }
    }
}

/// What a field says that it expects of texts that hardly any type takes. One that says something
/// else of each speaks of the text, which is not the client's.
fn expected_of<T: DeserializeOwned>(source: &mut Source, name: &str) -> Option<String> {
    let at = source.entries.iter().position(|(known, _)| known == name)?;
    let mut said_of = |odd: &str| {
        let odd = vec![odd.to_owned()];
        let stood_in = std::mem::replace(&mut source.entries.get_mut(at)?.1, odd);
        let outcome = attempt::<T>(source);
        source.entries.get_mut(at)?.1 = stood_in;
        match outcome {
            Err((Fault::Value(expected, _), Some(reading))) if reading == name => Some(expected),
            _ => None,
        }
    };
    let (one, other) = (said_of("\u{1}")?, said_of("\u{2}\u{2}")?);
    (one == other).then_some(one)
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
    fn new(name: String, expected: String, kind: Kind) -> Self {
        Self {
            name,
            expected,
            kind,
        }
    }

    fn sentence(&self) -> String {
        let Self { name, expected, .. } = self;
        match self.kind {
            Kind::Missing => format!("`{name}` is missing; expected is {expected}."),
            Kind::Unknown => format!("`{name}` is not known."),
            Kind::Invalid if name.is_empty() => format!("{expected}."),
            Kind::Invalid => format!("`{name}` is wrong; expected is {expected}."),
        }
    }

    fn member(&self, place: Place) -> Member {
        let code = match self.kind {
            Kind::Missing => "missing",
            Kind::Invalid => "invalid",
            Kind::Unknown => "unknown",
        };
        // What is known is said once, in the sentence for all of them.
        let expected = match self.kind {
            Kind::Unknown => "nothing of this name",
            _ => &self.expected,
        };
        Member::from(vec![
            ("in", Member::from(place.name())),
            ("name", Member::from(self.name.as_str())),
            ("code", Member::from(code)),
            ("expected", Member::from(expected)),
        ])
    }
}

/// 400 with all problems; 404 for a path, which names nothing then.
fn refuse(place: Place, problems: &[Problem]) -> HttpError {
    let mut sentences: Vec<String> = problems.iter().map(Problem::sentence).collect();
    if let Some(unknown) = problems.iter().find(|p| p.kind == Kind::Unknown) {
        sentences.push(format!("There can be {}.", unknown.expected));
    }
    if problems.len() >= MOST_PROBLEMS {
        sentences.push("There may be more that is wrong.".to_owned());
    }
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
