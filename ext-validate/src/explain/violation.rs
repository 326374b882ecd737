//! What was found to be wrong.

use std::collections::HashSet;

use super::sentence;

/// How long a pointer may be in an answer, in bytes.
const MOST_POINTER: usize = 256;

/// How much may be told in all, in bytes: an answer is for people to read.
const MOST_TEXT: usize = 16 * 1024;

/// What is wrong with a value.
#[derive(Debug)]
pub(crate) struct Explanation {
    pub(crate) violations: Vec<Violation>,
    /// Whether there may be more that is wrong.
    pub(crate) is_truncated: bool,
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// A JSON Pointer into the value.
    pub(crate) pointer: String,
    /// A JSON Pointer into the schema, to the keyword.
    pub(crate) schema: String,
    pub(crate) keyword: String,
    /// What would be right.
    pub(crate) sentence: String,
}

impl Violation {
    /// Makes one that has no place: a keyword of our own.
    pub(crate) fn new(keyword: &str, sentence: &str) -> Self {
        Self {
            pointer: String::new(),
            schema: String::new(),
            keyword: keyword.to_owned(),
            sentence: sentence.to_owned(),
        }
    }

    /// How much of an answer it takes, as JSON.
    fn length(&self) -> usize {
        let texts = [&self.pointer, &self.schema, &self.keyword, &self.sentence];
        let written = |text: &&String| {
            let controls = text.bytes().filter(|b| *b < b' ').count();
            text.len() + controls * 5
        };
        texts.iter().map(written).sum::<usize>() + 80
    }
}

/// A step of the way to a part of the value.
#[derive(Clone, Copy)]
pub(super) enum Step<'v> {
    Member(&'v str),
    Item(usize),
}

/// What was found so far.
pub(super) struct Found<'v> {
    pub(super) path: Vec<Step<'v>>,
    violations: Vec<Violation>,
    /// The part of the schema, the keyword and the value of each, by their addresses.
    seen: HashSet<(usize, String, usize)>,
    most: usize,
    length: usize,
    is_full: bool,
}

impl Found<'_> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            path: Vec::new(),
            violations: Vec::new(),
            seen: HashSet::new(),
            most,
            length: 0,
            is_full: false,
        }
    }

    /// Whether one more was found than is told.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(super) fn count(&self) -> usize {
        self.violations.len()
    }

    pub(super) fn first_sentence(&self) -> String {
        self.violations
            .first()
            .map(|first| first.sentence.clone())
            .unwrap_or_default()
    }

    /// Adds what is wrong where the path has led to.
    pub(super) fn add(
        &mut self,
        part: &str,
        keyword: &str,
        of: usize,
        sentence: impl FnOnce() -> String,
    ) {
        let part_address = part.as_ptr().addr();
        if !self.seen.insert((part_address, keyword.to_owned(), of)) {
            return;
        }
        let schema = match keyword {
            "" => part.to_owned(),
            keyword => format!("{part}/{}", crate::json::escaped(keyword)),
        };
        let violation = Violation {
            pointer: self.pointer(),
            schema: cut(schema),
            keyword: keyword.to_owned(),
            sentence: sentence(),
        };
        self.length += violation.length();
        if self.violations.len() >= self.most || self.length > MOST_TEXT {
            self.is_full = true;
            return;
        }
        self.violations.push(violation);
    }

    /// The path as a JSON Pointer, no longer than it is shown.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            pointer.push('/');
            match step {
                Step::Item(i) => pointer.push_str(&i.to_string()),
                Step::Member(name) => {
                    for c in name.chars().take(MOST_POINTER) {
                        match c {
                            '~' => pointer.push_str("~0"),
                            '/' => pointer.push_str("~1"),
                            c => pointer.push(c),
                        }
                    }
                }
            }
            if pointer.len() > MOST_POINTER {
                break;
            }
        }
        cut(pointer)
    }

    pub(super) fn into_explanation(self, is_truncated: bool) -> Explanation {
        let mut violations = self.violations;
        if violations.is_empty() {
            violations.push(Violation::new("", sentence::WHOLE));
        }
        Explanation {
            violations,
            is_truncated: is_truncated || self.is_full,
        }
    }
}

/// A text that may be long, cut.
fn cut(text: String) -> String {
    if text.len() <= MOST_POINTER {
        return text;
    }
    let mut ends = (0..=MOST_POINTER).rev();
    let end = ends
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or_default();
    format!("{}…", text.get(..end).unwrap_or_default())
}
