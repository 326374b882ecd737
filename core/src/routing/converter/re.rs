//! `{code:re("[A-Z]+")}`

use regex_lite::Regex;

use super::{Converter, ConverterArgs};

/// A text that a regular expression matches as a whole, or one of its named groups.
pub(super) struct Pattern {
    regex: Regex,
    group: Option<String>,
}

impl Pattern {
    pub(super) fn new(args: &mut ConverterArgs) -> Result<Self, String> {
        let pattern: String = args.take("pattern")?.ok_or("`re` needs a pattern")?;
        let group: Option<String> = args.take("group")?;
        let regex = Regex::new(&format!("^(?:{pattern})$"))
            .map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
        let is_there = |name: &String| regex.capture_names().flatten().any(|known| known == name);
        if let Some(name) = group.iter().find(|name| !is_there(name)) {
            return Err(format!("`{pattern}` has no group `{name}`"));
        }
        Ok(Self { regex, group })
    }
}

impl Converter for Pattern {
    type Value = String;

    fn convert(&self, text: &str) -> Option<String> {
        let captures = self.regex.captures(text)?;
        let matched = match &self.group {
            Some(name) => captures.name(name),
            None => captures.get(0),
        };
        Some(matched.map_or("", |group| group.as_str()).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(args: &str) -> Result<Pattern, String> {
        Pattern::new(&mut ConverterArgs::parse(args).unwrap())
    }

    #[test]
    fn the_whole_text_has_to_match() {
        let code = pattern("\"[A-Z]{2}|[0-9]\"").unwrap();
        assert_eq!(code.convert("AB").as_deref(), Some("AB"));
        assert_eq!(code.convert("7").as_deref(), Some("7"));
        for text in ["", "ABC", "A", "77", "AB\n"] {
            assert_eq!(code.convert(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_group_may_be_the_value() {
        let id = pattern("\"v(?P<id>[0-9]+)\", group=id").unwrap();
        assert_eq!(id.convert("v12").as_deref(), Some("12"));
        for args in ["", "\"(\"", "\"a\", group=b"] {
            assert!(pattern(args).is_err(), "{args}");
        }
    }
}
