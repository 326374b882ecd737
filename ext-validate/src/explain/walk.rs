//! A value and the parts of a schema, side by side.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::build::escaped;
use super::sentence::{counted, missing, unknown};
use super::{Contains, Id, Node, Tree};

/// How long a walk may take.
const MOST_TIME: Duration = Duration::from_millis(10);

/// How many parts of schemas a walk may enter.
const MOST_STEPS: u32 = 250_000;

/// How many of them lie within one another: a stack is finite.
const MOST_DEPTH: u16 = 400;

/// How long a pointer may be in an answer, in bytes.
const MOST_POINTER: usize = 256;

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

impl Tree {
    /// Finds out what is wrong with a value that is not valid.
    pub(crate) fn explain(&self, value: &Value, most: usize) -> Explanation {
        let mut walk = Walk {
            tree: self,
            until: Instant::now() + MOST_TIME,
            steps: 0,
            depth: 0,
            most,
            is_truncated: false,
            path: Vec::new(),
            found: Vec::new(),
            known: HashMap::new(),
        };
        walk.visit(0, value, Mode::Collect);
        let (mut violations, mut is_truncated) = (walk.found, walk.is_truncated);
        is_truncated |= violations.len() > most;
        violations.truncate(most);
        if violations.is_empty() {
            violations.push(Violation {
                pointer: String::new(),
                schema: String::new(),
                keyword: String::new(),
                sentence: "It does not match the schema.".to_owned(),
            });
        }
        Explanation {
            violations,
            is_truncated,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Note everything that is wrong.
    Collect,
    /// Only tell whether something is.
    Ask,
}

#[derive(Clone, Copy)]
enum Step<'v> {
    Member(&'v str),
    Item(usize),
}

struct Walk<'t, 'v> {
    tree: &'t Tree,
    until: Instant,
    steps: u32,
    depth: u16,
    most: usize,
    is_truncated: bool,
    path: Vec<Step<'v>>,
    found: Vec<Violation>,
    /// What was found out about a part of the schema that is referred to, and a value by its address.
    known: HashMap<(Id, usize), bool>,
}

/// Leaves the function where there is nothing more to find out.
macro_rules! go_on {
    ($holds:ident, $more:expr) => {
        match $more {
            Next::On(held) => $holds &= held,
            Next::Stop => return false,
        }
    };
}

/// What comes after something was looked at.
enum Next {
    /// More may be found; whether it held.
    On(bool),
    Stop,
}

impl<'t, 'v> Walk<'t, 'v> {
    /// Holds a value to a part; `true` where nothing is wrong as far as is known.
    fn visit(&mut self, id: Id, value: &'v Value, mode: Mode) -> bool {
        let Some(node) = self.tree.nodes.get(id).filter(|_| self.has_budget()) else {
            return true;
        };
        let key = (id, std::ptr::from_ref(value).addr());
        if mode == Mode::Ask
            && node.is_referred
            && let Some(&known) = self.known.get(&key)
        {
            return known;
        }
        self.depth += 1;
        let holds = self.look(node, value, mode);
        self.depth -= 1;
        if mode == Mode::Ask && node.is_referred && !self.is_truncated {
            self.known.insert(key, holds);
        }
        holds
    }

    fn has_budget(&mut self) -> bool {
        self.steps += 1;
        let is_late = self.steps.is_multiple_of(128) && Instant::now() > self.until;
        if is_late || self.steps > MOST_STEPS || self.depth > MOST_DEPTH {
            self.is_truncated = true;
        }
        if is_late {
            self.steps = MOST_STEPS;
        }
        !is_late && self.steps <= MOST_STEPS && self.depth <= MOST_DEPTH
    }

    fn look(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> bool {
        let mut holds = true;
        if node.is_never {
            let sentence = || "Nothing is allowed here.".to_owned();
            go_on!(holds, self.fail(node, "", mode, sentence));
            return holds;
        }
        if let Some(kind) = node
            .kind
            .as_ref()
            .filter(|kind| !kind.validator.is_valid(value))
        {
            go_on!(
                holds,
                self.fail(node, &kind.keyword, mode, || kind.sentence.clone())
            );
            return holds;
        }
        for check in &node.checks {
            if !check.validator.is_valid(value) {
                go_on!(
                    holds,
                    self.fail(node, &check.keyword, mode, || check.sentence.clone())
                );
            }
        }
        for part in node.reference.iter().chain(&node.all_of) {
            go_on!(holds, self.enter(*part, value, mode));
        }
        go_on!(holds, self.any_of(node, value, mode));
        go_on!(holds, self.one_of(node, value, mode));
        go_on!(holds, self.conditions(node, value, mode));
        match value {
            Value::Object(members) => go_on!(holds, self.members(node, value, members, mode)),
            Value::Array(items) => go_on!(holds, self.items(node, items, mode)),
            _ => {}
        }
        holds
    }

    /// Holds the value to another part, in the same place.
    fn enter(&mut self, id: Id, value: &'v Value, mode: Mode) -> Next {
        let holds = self.visit(id, value, mode);
        let is_enough = match mode {
            Mode::Ask => !holds,
            Mode::Collect => self.is_full(),
        };
        if is_enough {
            Next::Stop
        } else {
            Next::On(holds)
        }
    }

    /// Holds a part of the value to a part of the schema.
    fn descend(&mut self, step: Step<'v>, id: Id, value: &'v Value, mode: Mode) -> Next {
        self.path.push(step);
        let next = self.enter(id, value, mode);
        self.path.pop();
        next
    }

    /// One more than is told: so it is known whether there are more.
    fn is_full(&self) -> bool {
        self.found.len() > self.most || self.steps >= MOST_STEPS
    }

    fn fail(
        &mut self,
        node: &Node,
        keyword: &str,
        mode: Mode,
        sentence: impl FnOnce() -> String,
    ) -> Next {
        if mode == Mode::Ask || self.is_full() {
            return Next::Stop;
        }
        let pointer = self
            .path
            .iter()
            .fold(String::new(), |pointer, step| match step {
                Step::Member(name) => format!("{pointer}/{}", escaped(name)),
                Step::Item(i) => format!("{pointer}/{i}"),
            });
        let schema = match keyword {
            "" => node.pointer.clone(),
            keyword => format!("{}/{}", node.pointer, escaped(keyword)),
        };
        let last = node.pointer.rsplit('/').next().unwrap_or_default();
        let violation = Violation {
            pointer: short(&pointer),
            schema: short(&schema),
            keyword: if keyword.is_empty() { last } else { keyword }.to_owned(),
            sentence: sentence(),
        };
        if !self.found.contains(&violation) {
            self.found.push(violation);
        }
        Next::On(false)
    }

    fn ask(&mut self, id: Id, value: &'v Value) -> bool {
        self.visit(id, value, Mode::Ask)
    }

    fn any_of(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> Next {
        if node.any_of.is_empty() || node.any_of.iter().any(|part| self.ask(*part, value)) {
            return Next::On(true);
        }
        self.none_of(node, "anyOf", &node.any_of, value, mode)
    }

    /// Where one alternative alone is meant, what is wrong is what it says.
    fn none_of(
        &mut self,
        node: &'t Node,
        keyword: &str,
        parts: &'t [Id],
        value: &'v Value,
        mode: Mode,
    ) -> Next {
        if mode == Mode::Ask {
            return Next::Stop;
        }
        let mut meant = parts
            .iter()
            .filter(|part| self.tree.may_mean(**part, value));
        if let (Some(only), None) = (meant.next(), meant.next()) {
            let before = self.found.len();
            let next = self.enter(*only, value, mode);
            if self.found.len() > before {
                return next;
            }
        }
        let sentence = || {
            let count = counted(&parts.len().into(), "alternative");
            format!("It must match one of {count}, and matches none.")
        };
        self.fail(node, keyword, mode, sentence)
    }

    fn one_of(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> Next {
        if node.one_of.is_empty() {
            return Next::On(true);
        }
        let parts = node.one_of.iter().enumerate();
        let matching: Vec<usize> = parts
            .filter(|(_, part)| self.ask(**part, value))
            .map(|(i, _)| i + 1)
            .take(2)
            .collect();
        // Where the budget has come to its end, everything seems to match.
        match matching.as_slice() {
            [] => self.none_of(node, "oneOf", &node.one_of, value, mode),
            [_] => Next::On(true),
            _ if self.is_truncated => Next::On(true),
            [first, second, ..] => self.fail(node, "oneOf", mode, || {
                format!(
                    "It must match one alternative alone, and matches number {first} and number {second}."
                )
            }),
        }
    }

    fn conditions(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> Next {
        let mut holds = true;
        if let Some(not) = node.not
            && self.ask(not, value)
            && !self.is_truncated
        {
            match self.fail(node, "not", mode, || {
                "It is what it must not be.".to_owned()
            }) {
                Next::On(_) => holds = false,
                Next::Stop => return Next::Stop,
            }
        }
        let Some(condition) = &node.condition else {
            return Next::On(holds);
        };
        let branch = if self.ask(condition.test, value) {
            condition.then
        } else {
            condition.otherwise
        };
        match branch.map(|branch| self.enter(branch, value, mode)) {
            None => Next::On(holds),
            Some(Next::On(held)) => Next::On(holds && held),
            Some(Next::Stop) => Next::Stop,
        }
    }

    fn members(
        &mut self,
        node: &'t Node,
        value: &'v Value,
        members: &'v Map<String, Value>,
        mode: Mode,
    ) -> Next {
        Next::On(self.each_member(node, value, members, mode)).or_stop(mode)
    }

    fn each_member(
        &mut self,
        node: &'t Node,
        value: &'v Value,
        members: &'v Map<String, Value>,
        mode: Mode,
    ) -> bool {
        let (mut holds, object) = (true, &node.object);
        for name in node
            .required
            .iter()
            .filter(|name| !members.contains_key(*name))
        {
            go_on!(holds, self.fail(node, "required", mode, || missing(name)));
        }
        for (name, part) in &object.dependent {
            if members.contains_key(name) {
                go_on!(holds, self.enter(*part, value, mode));
            }
        }
        let says_something = !object.properties.is_empty()
            || !object.patterns.is_empty()
            || object.additional.is_some()
            || object.names.is_some();
        for (name, member) in members.iter().filter(|_| says_something) {
            go_on!(holds, self.member(node, name, member, mode));
        }
        holds
    }

    fn member(&mut self, node: &'t Node, name: &'v str, member: &'v Value, mode: Mode) -> Next {
        Next::On(self.each_rule_of(node, name, member, mode)).or_stop(mode)
    }

    fn each_rule_of(
        &mut self,
        node: &'t Node,
        name: &'v str,
        member: &'v Value,
        mode: Mode,
    ) -> bool {
        let (mut holds, object, step) = (true, &node.object, Step::Member(name));
        let mut is_additional = true;
        if let Some(part) = object.properties.get(name) {
            is_additional = false;
            go_on!(holds, self.descend(step, *part, member, mode));
        }
        if object.patterns.is_empty() && object.names.is_none() && !is_additional {
            return holds;
        }
        let text = Value::String(name.to_owned());
        for (_, part) in object
            .patterns
            .iter()
            .filter(|(is_one, _)| is_one.is_valid(&text))
        {
            is_additional = false;
            go_on!(holds, self.descend(step, *part, member, mode));
        }
        if object
            .names
            .is_some_and(|names| !self.holds_apart(names, &text))
        {
            let sentence = || "Its name is not allowed.".to_owned();
            self.path.push(step);
            let next = self.fail(node, "propertyNames", mode, sentence);
            self.path.pop();
            go_on!(holds, next);
        }
        let additional = object.additional.filter(|_| is_additional);
        if let Some(part) = additional {
            let is_never = self.tree.nodes.get(part).is_some_and(|part| part.is_never);
            if !is_never {
                go_on!(holds, self.descend(step, part, member, mode));
                return holds;
            }
            let known: Vec<&str> = object.properties.keys().map(String::as_str).collect();
            let sentence = || unknown(&known);
            self.path.push(step);
            let next = self.fail(node, "additionalProperties", mode, sentence);
            self.path.pop();
            go_on!(holds, next);
        }
        holds
    }

    /// Holds a value that is not a part of the one that is walked through.
    fn holds_apart(&mut self, id: Id, value: &Value) -> bool {
        let mut walk = Walk {
            tree: self.tree,
            until: self.until,
            steps: self.steps,
            depth: self.depth,
            most: 1,
            is_truncated: false,
            path: Vec::new(),
            found: Vec::new(),
            known: HashMap::new(),
        };
        let holds = walk.visit(id, value, Mode::Ask);
        let (steps, is_truncated) = (walk.steps, walk.is_truncated);
        self.steps = steps;
        self.is_truncated |= is_truncated;
        holds
    }

    fn items(&mut self, node: &'t Node, items: &'v [Value], mode: Mode) -> Next {
        Next::On(self.each_item(node, items, mode)).or_stop(mode)
    }

    fn each_item(&mut self, node: &'t Node, items: &'v [Value], mode: Mode) -> bool {
        let (mut holds, array) = (true, &node.array);
        for (i, item) in items.iter().enumerate() {
            let Some(part) = array.first.get(i).copied().or(array.rest) else {
                break;
            };
            go_on!(holds, self.descend(Step::Item(i), part, item, mode));
        }
        if let Some(contains) = &array.contains {
            go_on!(holds, self.contains(node, contains, items, mode));
        }
        holds
    }

    fn contains(
        &mut self,
        node: &'t Node,
        contains: &Contains,
        items: &'v [Value],
        mode: Mode,
    ) -> Next {
        let mut count = 0;
        for item in items {
            count += u64::from(self.ask(contains.item, item));
        }
        let Contains { least, most, .. } = *contains;
        if self.is_truncated {
            return Next::On(true);
        }
        if count < least {
            let keyword = if least == 1 {
                "contains"
            } else {
                "minContains"
            };
            return self.fail(node, keyword, mode, || {
                let least = counted(&least.into(), "item");
                format!("At least {least} must match, and {count} did.")
            });
        }
        if most.is_some_and(|most| count > most) {
            return self.fail(node, "maxContains", mode, || {
                let most = counted(&most.into(), "item");
                format!("At most {most} may match, and {count} did.")
            });
        }
        Next::On(true)
    }
}

impl Next {
    /// Where only an answer is wanted, the first that does not hold is one.
    fn or_stop(self, mode: Mode) -> Self {
        match self {
            Self::On(false) if mode == Mode::Ask => Self::Stop,
            other => other,
        }
    }
}

impl Tree {
    /// Whether an alternative is the one that somebody may have meant: its type is right, and what tells
    /// it from others, a constant member or one of a few.
    fn may_mean(&self, mut id: Id, value: &Value) -> bool {
        for _ in 0..8 {
            let Some(node) = self.nodes.get(id).filter(|node| !node.is_never) else {
                return false;
            };
            if !node.is_right_kind(value) {
                return false;
            }
            let members = value.as_object().into_iter().flatten();
            for (name, member) in members {
                let part = node.object.properties.get(name);
                let part = part.and_then(|part| self.nodes.get(*part));
                if part.is_some_and(|part| !part.is_right_constant(member)) {
                    return false;
                }
            }
            match node.reference {
                Some(reference) => id = reference,
                None => return true,
            }
        }
        true
    }
}

impl Node {
    fn is_right_kind(&self, value: &Value) -> bool {
        let is_right = self
            .kind
            .as_ref()
            .is_none_or(|kind| kind.validator.is_valid(value));
        is_right && self.is_right_constant(value)
    }

    fn is_right_constant(&self, value: &Value) -> bool {
        let constants = |keyword: &str| keyword == "const" || keyword == "enum";
        let mut checks = self.checks.iter().filter(|check| constants(&check.keyword));
        checks.all(|check| check.validator.is_valid(value))
    }
}

/// A pointer that may hold what a client has written, cut where it is long.
fn short(pointer: &str) -> String {
    if pointer.len() <= MOST_POINTER {
        return pointer.to_owned();
    }
    let mut ends = (0..=MOST_POINTER).rev();
    let end = ends
        .find(|end| pointer.is_char_boundary(*end))
        .unwrap_or_default();
    format!("{}…", pointer.get(..end).unwrap_or_default())
}
