//! Keys to try courier out with, made at its first start.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use falcon::BoxError;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;

/// Keys to try courier out with: whoever has them can do everything.
#[derive(Serialize, Deserialize)]
pub struct Development {
    /// What signs tokens.
    pub(crate) secret: String,
    /// A token with every scope.
    pub(crate) token: String,
    /// Every agent's key.
    pub(crate) agent_key: String,
    /// Whether they were made just now.
    #[serde(skip)]
    pub(crate) is_new: bool,
}

const FILE: &str = "development.json";
const SCOPES: &str = "agents:read agents:write commands:read commands:write";

/// Longer than anybody tries something out. In seconds.
const TEN_YEARS: u64 = 10 * 365 * 24 * 60 * 60;

impl Development {
    pub(crate) const ISSUER: &str = "courier-development";
    pub(crate) const AUDIENCE: &str = "courier";

    /// Reads them, or makes them.
    pub(crate) fn open(folder: &Path) -> Result<Self, BoxError> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(FILE);
        let told = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        match std::fs::read(&path) {
            Ok(json) => Ok(serde_json::from_slice(&json).map_err(|why| told(&why))?),
            Err(why) if why.kind() == ErrorKind::NotFound => {
                let made = Self::make()?;
                let json = serde_json::to_vec_pretty(&made)?;
                private(&path)?.write_all(&json)?;
                Ok(made)
            }
            Err(why) => Err(told(&why).into()),
        }
    }

    fn make() -> Result<Self, BoxError> {
        let secret = random()?;
        let token = token(&secret)?;
        Ok(Self {
            secret,
            token,
            agent_key: random()?,
            is_new: true,
        })
    }

    /// What is printed when they were made.
    pub fn banner(&self) -> String {
        format!(
            "courier has made keys for development. Whoever has them can do everything here: they are for trying\n\
             it out, and not for a server that others can reach (see --help). They stay in {FILE}.\n\n  \
             TOKEN={}\n  KEY={}\n\n\
             A panel sends `Authorization: Bearer $TOKEN`, an agent `X-Agent-Key: $KEY`.\n",
            self.token, self.agent_key
        )
    }
}

impl std::fmt::Debug for Development {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Development")
    }
}

/// A file that nobody else can read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn random() -> Result<String, BoxError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn token(secret: &str) -> Result<String, BoxError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = json!({
        "iss": Development::ISSUER,
        "aud": Development::AUDIENCE,
        "sub": "development",
        "exp": now + TEN_YEARS,
        "scope": SCOPES,
    });
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let signed = format!(
        "{}.{}",
        encode(json!({"alg": "HS256"}).to_string()),
        encode(claims.to_string())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|_| "the secret has no length")?;
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    Ok(format!("{signed}.{signature}"))
}
