//! Users that are known from the start.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

use super::{PasswordHash, User, UserStore};
use crate::{BuildError, Principal, Refusal};

/// Users that are known from the start.
///
/// ```
/// use falcon_auth::{Basic, Principal, Users};
///
/// let users = Users::builder()
///     .user(
///         "alice",
///         "$2b$04$Wx5.zaxBu5jKmGAlbgRYFuIuW8p6VJWb4xmhcY9RPCfhcgRfjd4yW",
///         Principal::new("alice"),
///     )
///     .build()?;
/// let basic = Basic::new("workshop", users);
/// # Ok::<(), falcon_auth::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Users {
    by_name: HashMap<Box<str>, User>,
    /// The hashes of all.
    hashes: Vec<PasswordHash>,
    /// What makes of a name one of them that nobody can foresee.
    names: RandomState,
}

impl Users {
    /// Starts without any.
    pub fn builder() -> UsersBuilder {
        UsersBuilder::default()
    }
}

impl UserStore for Users {
    async fn find(&self, name: &str) -> Result<Option<User>, Refusal> {
        Ok(self.by_name.get(name).cloned())
    }

    fn like(&self, name: &str) -> PasswordHash {
        let count = u64::try_from(self.hashes.len()).unwrap_or(1).max(1);
        let at = usize::try_from(self.names.hash_one(name) % count).unwrap_or(0);
        self.hashes[at].clone()
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Users({})", self.by_name.len())
    }
}

/// Who has which password; made by [`Users::builder`].
#[derive(Debug, Default)]
#[must_use = "it does nothing until it is built"]
pub struct UsersBuilder {
    users: HashMap<Box<str>, User>,
    hashes: Vec<PasswordHash>,
    faults: Vec<String>,
}

impl UsersBuilder {
    /// Adds a user, by the hash of the password; see [`PasswordHash`].
    pub fn user(mut self, name: &str, hash: &str, principal: Principal) -> Self {
        if name.is_empty() || name.contains(':') || name.chars().any(char::is_control) {
            let why = format!("`{}` is no name of a user", name.escape_debug());
            self.faults.push(why);
        }
        match PasswordHash::parse(hash) {
            Ok(password) => {
                self.hashes.push(password.clone());
                if self
                    .users
                    .insert(name.into(), User::new(password, principal))
                    .is_some()
                {
                    self.faults.push(format!("`{name}` is there twice"));
                }
            }
            Err(why) => self.faults.push(format!("of `{name}`, {why}")),
        }
        self
    }

    /// Makes the users.
    ///
    /// # Errors
    ///
    /// All that is wrong with them, each in a sentence.
    pub fn build(mut self) -> Result<Users, BuildError> {
        if self.users.is_empty() && self.faults.is_empty() {
            self.faults.push("there are none".to_owned());
        }
        if !self.faults.is_empty() {
            return Err(BuildError::new("users", self.faults));
        }
        Ok(Users {
            by_name: self.users,
            hashes: self.hashes,
            names: RandomState::new(),
        })
    }
}
