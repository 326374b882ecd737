//! What a 401 asks for (RFC 9110 section 11.6.1).

use std::borrow::Cow;

use falcon_core::header::HeaderValue;

/// A scheme with its parameters, as `WWW-Authenticate` names them: `Bearer realm="api"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    scheme: Cow<'static, str>,
    params: Vec<(Cow<'static, str>, Box<str>)>,
}

impl Challenge {
    /// Makes a challenge of a scheme.
    pub fn new(scheme: impl Into<Cow<'static, str>>) -> Self {
        Self {
            scheme: scheme.into(),
            params: Vec::new(),
        }
    }

    /// Adds a parameter; its value is quoted, and what cannot stand in quotes is left out of it.
    #[must_use]
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: &str) -> Self {
        let plain = |c: &char| *c == ' ' || c.is_ascii_graphic();
        let value: String = value.chars().filter(plain).collect();
        self.params.push((name.into(), value.into()));
        self
    }

    /// Returns the scheme: `Bearer`.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut params = self.params.iter();
        params
            .find(|(known, _)| known == name)
            .map(|(_, value)| &**value)
    }

    /// The challenge as a header's value; `None` where the scheme or a name is no token.
    pub(crate) fn to_header(&self) -> Option<HeaderValue> {
        let mut text = self.scheme.to_string();
        for (i, (name, value)) in self.params.iter().enumerate() {
            text.push_str(if i == 0 { " " } else { ", " });
            text.push_str(name);
            text.push_str("=\"");
            text.push_str(&value.replace('\\', "\\\\").replace('"', "\\\""));
            text.push('"');
        }
        HeaderValue::try_from(text).ok()
    }
}
