//! Names and passwords (RFC 7617).

mod hash;
mod users;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use falcon_core::Request;

pub use self::hash::{HashError, PasswordHash};
pub use self::users::{Users, UsersBuilder};

use crate::credentials::credentials;
use crate::pool::Pool;
use crate::{Authenticator, Challenge, Principal, Refusal};

/// Longer credentials are not looked at. In bytes, before decoding.
const MAX_CREDENTIALS: usize = 8_192;

/// Somebody with a password.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct User {
    /// What is kept of the password.
    pub password: PasswordHash,
    /// Who it is.
    pub principal: Principal,
}

impl User {
    /// Makes a user.
    pub fn new(password: PasswordHash, principal: Principal) -> Self {
        Self {
            password,
            principal,
        }
    }
}

/// Knows users by their names: [`Users`], which are fixed, or a table of a database.
pub trait UserStore: Send + Sync + 'static {
    /// Finds a user by the name that was sent.
    ///
    /// # Errors
    ///
    /// It cannot be told at the moment.
    fn find(&self, name: &str) -> impl Future<Output = Result<Option<User>, Refusal>> + Send;

    /// Returns a hash like those of the users, for a name that is not known, and always the same for a name:
    /// it is verified instead, so that the time tells nobody which names there are. Where hashes differ in
    /// kind or cost, names should be spread over them as users are.
    fn like(&self, name: &str) -> PasswordHash;
}

/// Recognises callers by a name and a password, `Authorization: Basic`.
///
/// Passwords are verified off the threads that serve requests, on as many as there are cores, with four
/// times as many that wait; further ones are answered with 503.
pub struct Basic<S> {
    realm: Box<str>,
    store: S,
    pool: Pool,
}

impl<S: UserStore> Basic<S> {
    /// Makes an authenticator for a realm: what a browser shows when it asks for the password.
    pub fn new(realm: &str, store: S) -> Self {
        Self {
            realm: realm.into(),
            store,
            pool: Pool::new(),
        }
    }
}

impl<S: UserStore> Authenticator for Basic<S> {
    async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
        let Some(encoded) = credentials(req, "Basic")? else {
            return Ok(None);
        };
        let (name, password) = decode(encoded)?;
        let user = self.store.find(&name).await?;
        let hash = user
            .as_ref()
            .map_or_else(|| self.store.like(&name), |user| user.password.clone());
        let Some(verified) = self.pool.run(move || hash.verify(password.as_bytes())) else {
            let why = "too many passwords are being verified";
            return Err(Refusal::unavailable(Duration::from_secs(1), why));
        };
        match (user, verified.await) {
            (Some(user), Some(true)) => Ok(Some(user.principal)),
            (_, None) => Err(Refusal::unavailable(
                Duration::from_secs(1),
                "a password was not verified",
            )),
            _ => Err(Refusal::invalid("the name or the password is wrong")),
        }
    }

    fn challenges(&self) -> Vec<Challenge> {
        let basic = Challenge::new("Basic").param("realm", &self.realm);
        vec![basic.param("charset", "UTF-8")]
    }
}

impl<S> fmt::Debug for Basic<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

/// Name and password. A name has no colon, a password may have.
fn decode(encoded: &str) -> Result<(String, String), Refusal> {
    if encoded.len() > MAX_CREDENTIALS {
        return Err(Refusal::invalid("the credentials are too long"));
    }
    let bytes = STANDARD.decode(encoded);
    let bytes = bytes.map_err(|_| Refusal::invalid("the credentials are no base64"))?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Refusal::invalid("the credentials are not UTF-8"))?;
    match text.split_once(':') {
        Some((name, password)) if !name.is_empty() && !password.is_empty() => {
            Ok((name.to_owned(), password.to_owned()))
        }
        _ => Err(Refusal::invalid("the credentials are no name and password")),
    }
}
