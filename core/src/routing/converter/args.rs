//! The arguments of a converter in a template.

use std::collections::BTreeMap;
use std::str::FromStr;

/// The arguments that a template gives to a converter: `{id:int(4, max=2000)}`.
///
/// **Shape:** separated by commas; by name, or by place in the order in which the converter asks
/// for them. Quotation marks are not needed, and belong to the value.
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
        for arg in text.split(',').map(str::trim) {
            match arg.split_once('=') {
                Some((name, value)) => args
                    .named
                    .push((name.trim().to_owned(), value.trim().to_owned())),
                None if arg.is_empty() => {
                    return Err("an argument is missing before a comma".to_owned());
                }
                None if !args.named.is_empty() => {
                    return Err(format!(
                        "`{arg}` stands after a named argument and needs a name too"
                    ));
                }
                None => args.positional.push(arg.to_owned()),
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
