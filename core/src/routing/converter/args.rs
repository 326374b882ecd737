//! The arguments of a converter in a template.

use std::collections::BTreeMap;
use std::str::FromStr;

/// The arguments that a template gives to a converter: `{id:int(4, max=2000)}`.
///
/// **Shape:** separated by commas; by name, or by place in the order in which the converter asks
/// for them. A value in quotation marks, single or double, may hold commas and braces; it has no
/// escapes, and the marks are no part of it.
#[derive(Debug)]
pub struct ConverterArgs {
    positional: Vec<String>,
    named: Vec<(String, String)>,
    asked: Vec<String>,
    /// What was found, by name: the same for every way to write the same.
    taken: BTreeMap<String, String>,
}

impl ConverterArgs {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut args = Self {
            positional: Vec::new(),
            named: Vec::new(),
            asked: Vec::new(),
            taken: BTreeMap::new(),
        };
        if text.trim().is_empty() {
            return Ok(args);
        }
        for arg in split_args(text) {
            match named(arg) {
                Some((name, value)) => args.named.push((name.to_owned(), unquoted(value))),
                None if arg.is_empty() => {
                    return Err("an argument is missing before a comma".to_owned());
                }
                None if !args.named.is_empty() => {
                    return Err(format!(
                        "`{arg}` stands after a named argument and needs a name too"
                    ));
                }
                None => args.positional.push(unquoted(arg)),
            }
        }
        args.positional.reverse();
        Ok(args)
    }

    /// Takes an argument: the one of that name, or the next that has no name.
    ///
    /// # Errors
    ///
    /// A sentence, for the registration error, if it is no `T`.
    pub fn take<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, String> {
        self.asked.push(name.to_owned());
        let named = self
            .named
            .iter()
            .position(|(n, _)| n == name)
            .map(|at| self.named.remove(at).1);
        let Some(text) = named.or_else(|| self.positional.pop()) else {
            return Ok(None);
        };
        self.taken.insert(name.to_owned(), text.clone());
        text.parse()
            .map(Some)
            .map_err(|_| format!("`{text}` cannot be the argument `{name}`"))
    }

    /// Refuses what the converter did not ask for, and returns what it was given, in one spelling.
    pub(super) fn finish(self) -> Result<String, String> {
        let Some(extra) = self
            .named
            .into_iter()
            .map(|(n, _)| n)
            .chain(self.positional)
            .next()
        else {
            let taken = self
                .taken
                .into_iter()
                .map(|(name, text)| format!("{name}={text}"));
            return Ok(taken.collect::<Vec<_>>().join(","));
        };
        if self.asked.is_empty() {
            return Err(format!(
                "the converter takes no arguments, but is given `{extra}`"
            ));
        }
        Err(format!(
            "the converter takes no argument `{extra}`, only {}",
            self.asked.join(", ")
        ))
    }
}

/// The arguments with a comma between, which counts outside of quotation marks.
fn split_args(text: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    let outside = move |c: char| {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        c == ',' && quote.is_none()
    };
    text.split(outside).map(str::trim)
}

/// `name=value`, where the name is one.
fn named(arg: &str) -> Option<(&str, &str)> {
    let (name, value) = arg.split_once('=')?;
    let name = name.trim();
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, value.trim()))
}

fn unquoted(text: &str) -> String {
    let within = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    within('"')
        .or_else(|| within('\''))
        .unwrap_or(text)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_keep_commas_and_equals_signs_together() {
        let mut args = ConverterArgs::parse("\"a,b=c\", n='x\"}', m = 3").unwrap();
        assert_eq!(args.take::<String>("first").unwrap().unwrap(), "a,b=c");
        assert_eq!(args.take::<String>("n").unwrap().unwrap(), "x\"}");
        assert_eq!(args.take::<u8>("m").unwrap(), Some(3));
        assert!(args.finish().is_ok());
    }
}
