//! Rules that are derived on a type, with the problem that schemas have.

use falcon_core::Result;

use crate::explain::{Explanation, Violation};
use crate::problem;

/// A type whose values keep rules beyond their types. Derive the rules with a crate for that, and make
/// this of them: [`garde!`](crate::garde) does it for types that derive `garde::Validate`.
///
/// Nothing else is needed: neither a schema nor [`Validation`](crate::Validation).
///
/// ```
/// use falcon_validate::{Broken, Rules};
///
/// struct Period {
///     from: u32,
///     to: u32,
/// }
///
/// impl Rules for Period {
///     fn check(&self, broken: &mut Broken) {
///         if self.from > self.to {
///             broken.add("to", "It must not be before `from`.");
///         }
///     }
/// }
///
/// assert!(Period { from: 1, to: 2 }.checked().is_ok());
/// assert_eq!(Period { from: 2, to: 1 }.checked().err().unwrap().status(), 422);
/// ```
pub trait Rules {
    /// Notes each rule that does not hold.
    fn check(&self, broken: &mut Broken);

    /// Returns the value, if it keeps all rules.
    ///
    /// # Errors
    ///
    /// 422, code `validation_failed`, with everything that is wrong in `errors`, as for a body that a schema
    /// does not take.
    fn checked(self) -> Result<Self>
    where
        Self: Sized,
    {
        let mut broken = Broken::default();
        self.check(&mut broken);
        broken.into_result().map(|()| self)
    }
}

/// The rules that do not hold for a value.
#[derive(Debug, Default)]
pub struct Broken {
    violations: Vec<Violation>,
    is_truncated: bool,
}

/// How many are told.
const MOST_ERRORS: usize = 50;

/// How long a sentence may be, in characters.
const MOST_CHARS: usize = 300;

impl Broken {
    /// Adds a rule that does not hold: where, as `items[2].name`, or nothing for the value itself; and a
    /// sentence that says what would be right. After 50 no more are taken.
    pub fn add(&mut self, path: &str, sentence: impl Into<String>) {
        if self.violations.len() >= MOST_ERRORS {
            self.is_truncated = true;
            return;
        }
        self.violations.push(Violation {
            pointer: pointer_of(path),
            schema: String::new(),
            keyword: String::new(),
            sentence: sentence.into().chars().take(MOST_CHARS).collect(),
        });
    }

    fn into_result(self) -> Result {
        if self.violations.is_empty() {
            return Ok(());
        }
        Err(problem::of_body(Explanation {
            violations: self.violations,
            is_truncated: self.is_truncated,
        })
        .into())
    }
}

/// `items[2].name` as `/items/2/name`.
fn pointer_of(path: &str) -> String {
    let mut pointer = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (part, after) = first_part(rest);
        if !part.is_empty() {
            let part: String = part.chars().take(MOST_CHARS).collect();
            pointer.push('/');
            pointer.push_str(&crate::json::escaped(&part));
        }
        rest = after;
    }
    pointer
}

/// The first part of a path, and what follows it; each time less is left.
fn first_part(path: &str) -> (&str, &str) {
    if let Some(index) = path.strip_prefix('[') {
        return index.split_once(']').unwrap_or((index, ""));
    }
    let path = path.strip_prefix('.').unwrap_or(path);
    path.split_at(path.find(['.', '[']).unwrap_or(path.len()))
}

/// Implements [`Rules`] for types that derive `garde::Validate`, with whatever version of garde the
/// application has.
///
/// ```
/// use falcon_validate::Rules;
/// use garde::Validate;
///
/// #[derive(Validate)]
/// struct NewUser {
///     #[garde(length(min = 3, max = 25))]
///     name: String,
/// }
///
/// falcon_validate::garde!(NewUser);
///
/// let error = NewUser { name: "ab".to_owned() }.checked().err().unwrap();
/// assert_eq!(error.status(), 422);
/// ```
#[macro_export]
macro_rules! garde {
    ($($type:ty),+ $(,)?) => {
        $(
            impl $crate::Rules for $type {
                fn check(&self, broken: &mut $crate::Broken) {
                    if let ::core::result::Result::Err(report) = ::garde::Validate::validate(self) {
                        for (path, error) in report.iter() {
                            broken.add(&path.to_string(), error.message());
                        }
                    }
                }
            }
        )+
    };
}
