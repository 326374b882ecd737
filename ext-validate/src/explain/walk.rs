//! A value and the parts of a schema, side by side.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::{Map, Value};

use super::budget::Budget;
use super::sentence::{self, counted};
use super::violation::{Explanation, Found, Step};
use super::{Check, Contains, Id, Node, Rest, Tree};

/// How many parts of a schema lie within one another: a stack is finite.
const MOST_DEPTH: u16 = 400;

impl Tree {
    /// Finds out what is wrong with a value that is not valid.
    pub(crate) fn explain(&self, value: &Value, most: usize) -> Explanation {
        let mut walk = Walk::new(self, most, Budget::new(Instant::now()));
        let held = walk.visit(0, value, Mode::Collect);
        let is_truncated = held == Held::Open || walk.is_open || walk.budget.is_over();
        walk.found.into_explanation(is_truncated)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Note everything that is wrong.
    Collect,
    /// Only tell whether something is.
    Ask,
}

/// Whether a value is what a part of the schema wants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Yes,
    /// It is not known.
    Open,
    No,
}

/// What comes after something was looked at.
enum Next {
    /// More may be found.
    On(Held),
    /// Enough is known.
    Stop,
}

/// Leaves the function where there is nothing more to find out.
macro_rules! go_on {
    ($held:ident, $more:expr) => {
        match $more {
            Next::On(held) => $held = $held.max(held),
            Next::Stop => return Held::No,
        }
    };
}

struct Walk<'t, 'v> {
    tree: &'t Tree,
    budget: Budget,
    depth: u16,
    /// Whether something was passed over that may be wrong.
    is_open: bool,
    found: Found<'v>,
    /// What was found out about a part of the schema that is referred to, and a value by its address.
    known: HashMap<(Id, usize), Held>,
}

fn address<T: ?Sized>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}

impl<'t, 'v> Walk<'t, 'v> {
    fn new(tree: &'t Tree, most: usize, budget: Budget) -> Self {
        Self {
            tree,
            budget,
            depth: 0,
            is_open: false,
            found: Found::new(most),
            known: HashMap::new(),
        }
    }

    /// Holds a value to a part.
    fn visit(&mut self, id: Id, value: &'v Value, mode: Mode) -> Held {
        self.budget.spend(1);
        let node = self.tree.nodes.get(id);
        let Some(node) = node.filter(|_| !self.budget.is_over() && self.depth < MOST_DEPTH) else {
            return Held::Open;
        };
        let key = (id, address(value));
        let is_kept = mode == Mode::Ask && node.is_referred;
        if let Some(&known) = self.known.get(&key).filter(|_| is_kept) {
            return known;
        }
        self.depth += 1;
        let held = self.look(node, value, mode);
        self.depth -= 1;
        if is_kept && held != Held::Open {
            self.known.insert(key, held);
        }
        held
    }

    fn look(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> Held {
        let mut held = Held::Yes;
        if node.is_never {
            go_on!(
                held,
                self.fail(node, "", value, mode, || sentence::NEVER.to_owned())
            );
            return held;
        }
        if let Some(kind) = node
            .kind
            .as_ref()
            .filter(|kind| !kind.validator.is_valid(value))
        {
            go_on!(
                held,
                self.fail(node, &kind.keyword, value, mode, || kind.sentence.clone())
            );
            return held;
        }
        for check in &node.checks {
            go_on!(held, self.check(node, check, value, mode));
        }
        for part in node.reference.iter().chain(&node.all_of) {
            go_on!(held, self.enter(*part, value, mode));
        }
        go_on!(held, self.any_of(node, value, mode));
        go_on!(held, self.one_of(node, value, mode));
        go_on!(held, self.not(node, value, mode));
        go_on!(held, self.condition(node, value, mode));
        match value {
            Value::Object(members) => go_on!(held, self.members(node, value, members, mode)),
            Value::Array(items) => go_on!(held, self.items(node, value, items, mode)),
            _ => {}
        }
        if held != Held::No {
            go_on!(held, self.rest(node, value, mode));
        }
        held
    }

    fn check(&mut self, node: &Node, check: &Check, value: &'v Value, mode: Mode) -> Next {
        self.budget.spend(weight(value));
        if self.budget.is_over() {
            return Next::On(Held::Open);
        }
        if check.validator.is_valid(value) {
            return Next::On(Held::Yes);
        }
        self.fail(node, &check.keyword, value, mode, || check.sentence.clone())
    }

    /// What is not looked into is asked as a whole, where nothing else was wrong.
    fn rest(&mut self, node: &Node, value: &'v Value, mode: Mode) -> Next {
        match &node.rest {
            Rest::Nothing => Next::On(Held::Yes),
            Rest::Open => self.open(mode),
            Rest::Whole(validator) => {
                self.budget.spend(weight(value));
                if self.budget.is_over() || validator.is_valid(value) {
                    return Next::On(Held::Yes);
                }
                self.fail(node, "", value, mode, || sentence::WHOLE.to_owned())
            }
        }
    }

    /// Passes over what cannot be known.
    fn open(&mut self, mode: Mode) -> Next {
        self.is_open |= mode == Mode::Collect;
        Next::On(Held::Open)
    }

    /// Holds the value to another part, in the same place.
    fn enter(&mut self, id: Id, value: &'v Value, mode: Mode) -> Next {
        let held = self.visit(id, value, mode);
        let is_enough = match mode {
            Mode::Ask => held == Held::No,
            Mode::Collect => self.found.is_full() || self.budget.is_over(),
        };
        if is_enough {
            Next::Stop
        } else {
            Next::On(held)
        }
    }

    /// Holds a part of the value to a part of the schema.
    fn descend(&mut self, step: Step<'v>, id: Id, value: &'v Value, mode: Mode) -> Next {
        self.found.path.push(step);
        let next = self.enter(id, value, mode);
        self.found.path.pop();
        next
    }

    /// Notes that a keyword does not hold for a value, or for a name.
    fn fail<T: ?Sized>(
        &mut self,
        node: &Node,
        keyword: &str,
        of: &T,
        mode: Mode,
        sentence: impl FnOnce() -> String,
    ) -> Next {
        self.budget.spend(4);
        if mode == Mode::Ask || self.found.is_full() {
            return Next::Stop;
        }
        self.found
            .add(&node.pointer, keyword, address(of), sentence);
        Next::On(Held::No)
    }

    /// As [`fail`](Self::fail), for a member of the value.
    fn fail_below(
        &mut self,
        node: &Node,
        keyword: &str,
        name: &'v str,
        mode: Mode,
        sentence: impl FnOnce() -> String,
    ) -> Next {
        self.found.path.push(Step::Member(name));
        let next = self.fail(node, keyword, name, mode, sentence);
        self.found.path.pop();
        next
    }

    fn ask(&mut self, id: Id, value: &'v Value) -> Held {
        self.visit(id, value, Mode::Ask)
    }

    fn any_of(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> Next {
        let mut best = Held::No;
        for part in &node.any_of {
            best = best.min(self.ask(*part, value));
            if best == Held::Yes {
                break;
            }
        }
        match best {
            _ if node.any_of.is_empty() => return Next::On(Held::Yes),
            Held::Yes => return Next::On(Held::Yes),
            Held::Open => return self.open(mode),
            Held::No => {}
        }
        self.none_of(node, "anyOf", &node.any_of, value, mode)
    }

    fn one_of(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> Next {
        if node.one_of.is_empty() {
            return Next::On(Held::Yes);
        }
        let mut matching = Vec::new();
        let mut is_open = false;
        for (i, part) in node.one_of.iter().enumerate() {
            match self.ask(*part, value) {
                Held::Yes => matching.push(i + 1),
                Held::Open => is_open = true,
                Held::No => {}
            }
        }
        match matching.as_slice() {
            [first, second, ..] => self.fail(node, "oneOf", value, mode, || {
                sentence::both(*first, *second)
            }),
            _ if is_open => self.open(mode),
            [] => self.none_of(node, "oneOf", &node.one_of, value, mode),
            [_] => Next::On(Held::Yes),
        }
    }

    /// Where one alternative alone is meant, what is wrong is what it says; where a member tells them
    /// apart, what it may be.
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
        let is_told = match (meant.next(), meant.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        };
        if let Some(only) = is_told {
            let before = self.found.count();
            let next = self.enter(only, value, mode);
            if self.found.count() > before || matches!(next, Next::Stop) {
                return next;
            }
        }
        if let Some((name, values)) = self.tree.tag(parts, value) {
            let member = value
                .as_object()
                .and_then(|members| members.get_key_value(name));
            return match member {
                Some((name, _)) => {
                    self.fail_below(node, keyword, name, mode, || sentence::one_of(&values))
                }
                None => self.fail(node, keyword, value, mode, || {
                    sentence::untagged(name, &values)
                }),
            };
        }
        let count = parts.len();
        self.fail(node, keyword, value, mode, || sentence::none_of(count))
    }

    fn not(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> Next {
        match node.not.map(|not| self.ask(not, value)) {
            Some(Held::Yes) => self.fail(node, "not", value, mode, || sentence::NOT.to_owned()),
            Some(Held::Open) => self.open(mode),
            Some(Held::No) | None => Next::On(Held::Yes),
        }
    }

    fn condition(&mut self, node: &'t Node, value: &'v Value, mode: Mode) -> Next {
        let Some(condition) = &node.condition else {
            return Next::On(Held::Yes);
        };
        let branch = match self.ask(condition.test, value) {
            Held::Yes => condition.then,
            Held::No => condition.otherwise,
            Held::Open => return self.open(mode),
        };
        match branch {
            Some(branch) => self.enter(branch, value, mode),
            None => Next::On(Held::Yes),
        }
    }

    fn members(
        &mut self,
        node: &'t Node,
        value: &'v Value,
        members: &'v Map<String, Value>,
        mode: Mode,
    ) -> Next {
        settled(self.each_member(node, value, members, mode), mode)
    }

    fn each_member(
        &mut self,
        node: &'t Node,
        value: &'v Value,
        members: &'v Map<String, Value>,
        mode: Mode,
    ) -> Held {
        let (mut held, object) = (Held::Yes, &node.object);
        for name in node
            .required
            .iter()
            .filter(|name| !members.contains_key(*name))
        {
            go_on!(
                held,
                self.fail(node, "required", name, mode, || sentence::missing(name))
            );
        }
        for (keyword, name, others) in &node.demands {
            let is_lacking = |other: &&String| !members.contains_key(*other);
            let lacking = others
                .iter()
                .filter(is_lacking)
                .filter(|_| members.contains_key(name));
            for other in lacking {
                let sentence = || sentence::demanded(other, name);
                go_on!(held, self.fail(node, keyword, other, mode, sentence));
            }
        }
        for (name, part) in &object.dependent {
            if members.contains_key(name) {
                go_on!(held, self.enter(*part, value, mode));
            }
        }
        let says_something = !object.properties.is_empty()
            || !object.patterns.is_empty()
            || object.additional.is_some()
            || object.names.is_some();
        for (name, member) in members.iter().filter(|_| says_something) {
            self.budget.spend(1 + short(name.len() / 64));
            if self.budget.is_over() {
                return held.max(Held::Open);
            }
            go_on!(held, self.member(node, name, member, mode));
        }
        held
    }

    fn member(&mut self, node: &'t Node, name: &'v str, member: &'v Value, mode: Mode) -> Next {
        settled(self.each_rule_of(node, name, member, mode), mode)
    }

    fn each_rule_of(
        &mut self,
        node: &'t Node,
        name: &'v str,
        member: &'v Value,
        mode: Mode,
    ) -> Held {
        let (mut held, object, step) = (Held::Yes, &node.object, Step::Member(name));
        let mut is_additional = true;
        if let Some(part) = object.properties.get(name) {
            is_additional = false;
            go_on!(held, self.descend(step, *part, member, mode));
        }
        if !object.patterns.is_empty() || object.names.is_some() {
            let text = Value::String(name.to_owned());
            for (is_one, part) in &object.patterns {
                self.budget.spend(1 + short(name.len() / 32));
                if self.budget.is_over() {
                    return held.max(Held::Open);
                }
                if is_one.is_valid(&text) {
                    is_additional = false;
                    go_on!(held, self.descend(step, *part, member, mode));
                }
            }
            if let Some(names) = object.names {
                go_on!(held, self.name(node, names, name, &text, mode));
            }
        }
        let Some(part) = object.additional.filter(|_| is_additional) else {
            return held;
        };
        if self.tree.nodes.get(part).is_some_and(|part| part.is_never) {
            let sentence = || sentence::unknown(object.properties.keys());
            go_on!(
                held,
                self.fail_below(node, "additionalProperties", name, mode, sentence)
            );
        } else {
            go_on!(held, self.descend(step, part, member, mode));
        }
        held
    }

    /// Holds a name to what names have to be, in a walk of its own.
    fn name(&mut self, node: &Node, names: Id, name: &'v str, text: &Value, mode: Mode) -> Next {
        let mut apart = Walk::new(self.tree, 1, self.budget);
        apart.depth = self.depth;
        let held = apart.visit(names, text, Mode::Collect);
        self.budget = apart.budget;
        if held != Held::No {
            return Next::On(held);
        }
        let why = apart.found.first_sentence();
        self.fail_below(node, "propertyNames", name, mode, || sentence::name(&why))
    }

    fn items(&mut self, node: &'t Node, value: &'v Value, items: &'v [Value], mode: Mode) -> Next {
        settled(self.each_item(node, value, items, mode), mode)
    }

    fn each_item(
        &mut self,
        node: &'t Node,
        value: &'v Value,
        items: &'v [Value],
        mode: Mode,
    ) -> Held {
        let (mut held, array) = (Held::Yes, &node.array);
        for (i, item) in items.iter().enumerate() {
            let Some(part) = array.first.get(i).copied().or(array.rest) else {
                break;
            };
            if self.budget.is_over() {
                return held.max(Held::Open);
            }
            go_on!(held, self.descend(Step::Item(i), part, item, mode));
        }
        if let Some(contains) = &array.contains {
            go_on!(held, self.contains(node, contains, value, items, mode));
        }
        held
    }

    fn contains(
        &mut self,
        node: &'t Node,
        contains: &Contains,
        value: &'v Value,
        items: &'v [Value],
        mode: Mode,
    ) -> Next {
        let (mut count, mut open) = (0, 0);
        for item in items {
            match self.ask(contains.item, item) {
                Held::Yes => count += 1,
                Held::Open => open += 1,
                Held::No => {}
            }
        }
        let Contains { least, most, .. } = *contains;
        if count + open < least {
            let keyword = if least == 1 {
                "contains"
            } else {
                "minContains"
            };
            let sentence = || {
                let least = counted(&least.into(), "item");
                format!("At least {least} must match, and {count} did.")
            };
            return self.fail(node, keyword, value, mode, sentence);
        }
        if most.is_some_and(|most| count > most) {
            let most = counted(&most.into(), "item");
            let sentence = || format!("At most {most} may match, and {count} did.");
            return self.fail(node, "maxContains", value, mode, sentence);
        }
        let is_decided = open == 0 || (count >= least && most.is_none());
        if is_decided {
            Next::On(Held::Yes)
        } else {
            self.open(mode)
        }
    }
}

/// Where only an answer is wanted, the first that does not hold is one.
fn settled(held: Held, mode: Mode) -> Next {
    match held {
        Held::No if mode == Mode::Ask => Next::Stop,
        held => Next::On(held),
    }
}

/// What it costs to hold a value to one keyword, in steps.
fn weight(value: &Value) -> u32 {
    1 + match value {
        Value::String(text) => short(text.len() / 64),
        Value::Array(items) => short(items.len() / 8),
        Value::Object(members) => short(members.len() / 8),
        _ => 0,
    }
}

fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
