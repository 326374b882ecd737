//! References, followed.

use serde_json::Value;

/// A document, and what a reference in it leads to.
#[derive(Clone, Copy)]
pub(crate) struct Root<'a>(pub(crate) &'a Value);

impl<'a> Root<'a> {
    /// What stands at a place, references followed; null where nothing does.
    pub(crate) fn resolved(self, mut value: &'a Value) -> &'a Value {
        for _ in 0..16 {
            let members = value.as_object();
            let alone = members.filter(|members| members.len() == 1);
            let reference = alone.and_then(|members| members.get("$ref")?.as_str());
            let target = reference.and_then(|reference| {
                let pointer = falcon_core::uri::decode(reference.strip_prefix('#')?)?;
                self.0.pointer(&pointer)
            });
            match target {
                Some(target) => value = target,
                None => break,
            }
        }
        value
    }

    /// A member, references followed.
    pub(crate) fn get(self, value: &'a Value, name: &str) -> &'a Value {
        self.resolved(value.get(name).unwrap_or(&Value::Null))
    }
}
