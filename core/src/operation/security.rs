//! Who may call an operation, as it is described.

use super::Place;

/// What is needed to call an operation: all of these schemes together, each with its scopes. Without
/// any, nothing is.
///
/// It describes what some other part of the app sees to.
///
/// # Specification
///
/// OpenAPI 3.1.1, section 4.8.30.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// The schemes, with the scopes or roles that the caller needs.
    pub schemes: Vec<(SecurityScheme, Vec<String>)>,
}

impl Security {
    /// Nothing is needed.
    pub fn none() -> Self {
        Self::default()
    }

    /// Credentials of a scheme, with all of some scopes.
    pub fn new<S: Into<String>>(
        scheme: SecurityScheme,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            schemes: vec![(scheme, scopes.into_iter().map(Into::into).collect())],
        }
    }

    /// Adds another scheme, which is needed too.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.schemes.extend(other.schemes);
        self
    }
}

/// A kind of credentials, under the name by which descriptions list it.
///
/// # Specification
///
/// OpenAPI 3.1.1, section 4.8.27.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityScheme {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SecurityKind,
    /// More for people, in Markdown.
    pub description: Option<String>,
}

/// What a [`SecurityScheme`] is.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityKind {
    /// A scheme of `Authorization`: `bearer`, `basic`.
    Http {
        /// Its name, in lower case.
        scheme: String,
        /// What a bearer token is, for people: `JWT`.
        bearer_format: Option<String>,
    },
    /// A key in a header, the query or a cookie.
    ApiKey {
        /// Where it stands.
        place: Place,
        /// The name of the header, the parameter or the cookie.
        name: String,
    },
    /// `OpenID` Connect, with the URL of its discovery document.
    OpenIdConnect {
        /// The URL.
        url: String,
    },
    /// A certificate of the client's.
    MutualTls,
}

impl SecurityKind {
    /// A scheme of `Authorization`.
    pub fn http(scheme: &str) -> Self {
        Self::Http {
            scheme: scheme.to_ascii_lowercase(),
            bearer_format: None,
        }
    }
}

impl SecurityScheme {
    /// A scheme.
    pub fn new(name: impl Into<String>, kind: SecurityKind) -> Self {
        Self {
            name: name.into(),
            kind,
            description: None,
        }
    }

    /// A bearer token (RFC 6750).
    pub fn bearer(name: impl Into<String>) -> Self {
        Self::http(name, "bearer")
    }

    /// Basic credentials (RFC 7617).
    pub fn basic(name: impl Into<String>) -> Self {
        Self::http(name, "basic")
    }

    fn http(name: impl Into<String>, scheme: &str) -> Self {
        Self::new(name, SecurityKind::http(scheme))
    }

    /// A key in a header.
    pub fn key_in_header(name: impl Into<String>, header: impl Into<String>) -> Self {
        let kind = SecurityKind::ApiKey {
            place: Place::Header,
            name: header.into(),
        };
        Self::new(name, kind)
    }

    /// Sets more for people, in Markdown.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}
