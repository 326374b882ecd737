//! Who may use it: panels by tokens with scopes, agents by keys.

use std::path::{Path, PathBuf};

use falcon::BoxError;
use falcon::auth::{
    Algorithm, AnyOf, ApiKeys, Auth, AuthRequest as _, Authenticator, Jwks, Jwt, JwtBuilder, Key,
    Keys, Principal, Require,
};
use falcon::header::HeaderName;
use falcon::prelude::*;
use serde::Deserialize;

use crate::development::Development;

/// Where agents put their key.
const AGENT_KEY: HeaderName = HeaderName::from_static("x-agent-key");

/// Nothing of a token counts beside what everybody reads.
#[derive(Deserialize)]
pub(crate) struct Panel {}

/// The agent whose key it is; `None` for the development key, which is every agent's.
struct AgentKey(Option<String>);

/// Whom courier believes.
pub struct Access {
    tokens: Jwt<Panel>,
    keys: Keys,
}

/// Where tokens and keys come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sources {
    /// Who makes the panel's tokens: an issuer that publishes its keys, and the audience that they are for.
    pub issuer: Option<(String, String)>,
    /// A file with the keys of agents: a line has the SHA-256 of a key, a blank, and the agent's id.
    pub agent_keys: Option<PathBuf>,
}

impl Access {
    /// Believes these sources and, in place of those that are missing, keys for development, which are made
    /// in the folder where there are none yet.
    ///
    /// # Errors
    ///
    /// A source is not in order, in a sentence.
    pub fn of(sources: &Sources, folder: &Path) -> Result<(Self, Option<Development>), BoxError> {
        let is_whole = sources.issuer.is_some() && sources.agent_keys.is_some();
        let development = if is_whole {
            None
        } else {
            Some(Development::open(folder)?)
        };
        let tokens = match (&sources.issuer, &development) {
            (Some((issuer, audience)), _) => published(issuer, audience).build()?,
            (None, Some(development)) => development.tokens()?.build()?,
            (None, None) => return Err("nobody makes tokens".into()),
        };
        let keys = match (&sources.agent_keys, &development) {
            (Some(file), _) => read(file)?,
            (None, Some(development)) => {
                let any = agent("development", None);
                Keys::builder().key(&development.agent_key, any).build()?
            }
            (None, None) => return Err("agents have no keys".into()),
        };
        let new = development.filter(|development| development.is_new);
        Ok((Self { tokens, keys }, new))
    }

    /// The middleware: every route says whom it is for.
    pub(crate) fn guard(self) -> Auth<impl Authenticator> {
        let keys = ApiKeys::in_header(AGENT_KEY, self.keys);
        Auth::new(AnyOf::new((self.tokens, keys))).demand_rules()
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Access")
    }
}

fn published(issuer: &str, audience: &str) -> JwtBuilder<Panel> {
    let keys =
        Jwks::issuer(issuer).algorithms([Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA]);
    Jwt::builder()
        .keys_of(keys)
        .issuer(issuer)
        .audience(audience)
        .cache(1_000)
}

impl Development {
    fn tokens(&self) -> Result<JwtBuilder<Panel>, BoxError> {
        let key = Key::secret(Algorithm::HS256, &self.secret)?;
        Ok(Jwt::builder()
            .key(key)
            .issuer(Self::ISSUER)
            .audience(Self::AUDIENCE))
    }
}

fn agent(name: &str, id: Option<String>) -> Principal {
    Principal::new(name)
        .with_roles(["agent"])
        .with_details(AgentKey(id))
}

fn read(file: &Path) -> Result<Keys, BoxError> {
    let text = std::fs::read_to_string(file).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut keys = Keys::builder();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (digest, id) = line.split_once(' ').ok_or_else(|| {
            format!(
                "{}: a line has the SHA-256 of a key, a blank, and an agent's id",
                file.display()
            )
        })?;
        keys = keys.sha256(digest, agent(id.trim(), Some(id.trim().to_owned())));
    }
    Ok(keys.build()?)
}

/// The agent that a request has to be of, if it is of one alone.
pub(crate) fn only_agent(req: &Request) -> Option<&str> {
    let key = req.principal()?.details::<AgentKey>()?;
    key.0.as_deref()
}

/// Agents, each for itself: the `{id}` of the route is its own.
pub(crate) fn agents() -> Require {
    Require::role("agent").and(Require::policy(|caller: &Principal, req: &Request| {
        let key = caller
            .details::<AgentKey>()
            .and_then(|key| key.0.as_deref());
        key.is_none_or(|agent| req.param("id") == Some(agent))
    }))
}
