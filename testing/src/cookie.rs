//! Cookies that a response sets.

/// A cookie as one `Set-Cookie` line has it; see [`TestResult::cookie`](crate::TestResult::cookie).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCookie {
    name: String,
    value: String,
    attributes: Vec<(String, String)>,
}

impl TestCookie {
    pub(crate) fn parse(line: &str) -> Self {
        let mut pairs = line.split(';').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.trim().to_owned(), value.trim().to_owned())
        });
        let (name, value) = pairs.next().unwrap_or_default();
        Self {
            name,
            value,
            attributes: pairs.collect(),
        }
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value as it was sent: neither unquoted nor decoded.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns an attribute, its name in any case: `"Max-Age"`; empty for a flag, such as
    /// `"Secure"`, and `None` where it is not there.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}
