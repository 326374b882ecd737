//! Which of several alternatives somebody may have meant.

use std::collections::HashSet;

use serde_json::Value;

use super::{Id, Node, Tree};

impl Tree {
    /// The part that an alternative is, references followed.
    fn resolved(&self, mut id: Id) -> Option<&Node> {
        for _ in 0..8 {
            let node = self.nodes.get(id)?;
            match node.reference {
                Some(reference) if node.object.properties.is_empty() => id = reference,
                _ => return Some(node),
            }
        }
        None
    }

    /// Whether an alternative is the one that somebody may have meant: its type is right, and what tells
    /// it from others, a constant member or one of a few.
    pub(super) fn may_mean(&self, id: Id, value: &Value) -> bool {
        let Some(node) = self.resolved(id) else {
            return true;
        };
        if node.is_never || !node.is_right_kind(value) {
            return false;
        }
        let members = value.as_object().into_iter().flatten();
        let mut parts = members.filter_map(|(name, member)| {
            let part = self.nodes.get(*node.object.properties.get(name)?)?;
            Some((part, member))
        });
        parts.all(|(part, member)| part.is_right_constant(member))
    }

    /// The member by which alternatives are told apart, and what it may be: each of them that takes such a
    /// value has a few constants for it.
    pub(super) fn tag(&self, parts: &[Id], value: &Value) -> Option<(&str, Vec<String>)> {
        value.as_object()?;
        let takes_objects = |node: &&Node| node.is_right_kind(value) && !node.is_never;
        let nodes: Option<Vec<&Node>> = parts.iter().map(|part| self.resolved(*part)).collect();
        let nodes: Vec<&Node> = nodes?.into_iter().filter(takes_objects).collect();
        let constants = |node: &&Node, name: &str| {
            let part = self.nodes.get(*node.object.properties.get(name)?)?;
            (!part.constants.is_empty()).then(|| part.constants.clone())
        };
        let first = nodes.first()?;
        let mut names = first.object.properties.keys();
        let found = names.find_map(|name| {
            let all: Option<Vec<Vec<String>>> =
                nodes.iter().map(|node| constants(node, name)).collect();
            Some((name.as_str(), all?.concat()))
        });
        let (name, values) = found.filter(|_| nodes.len() > 1)?;
        let is_one = |value: &Value| values.contains(&value.to_string());
        // A tag that is right is not what is wrong.
        let is_right = value.get(name).is_some_and(is_one);
        let different: HashSet<&String> = values.iter().collect();
        (!is_right && different.len() == values.len()).then_some((name, values))
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
