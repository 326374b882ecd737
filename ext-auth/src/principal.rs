//! Who is calling.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use falcon_core::{HttpError, Request, Result};

/// Who is calling, as an [`Authenticator`](crate::Authenticator) has found out.
///
/// It is cheap to clone.
///
/// ```
/// use falcon_auth::Principal;
///
/// struct Tenant(u32);
///
/// let principal = Principal::new("alice")
///     .with_scopes(["things:read", "things:write"])
///     .with_roles(["admin"])
///     .with_details(Tenant(7));
/// assert_eq!(principal.subject(), "alice");
/// assert!(principal.has_scope("things:read") && !principal.has_scope("things"));
/// assert_eq!(principal.details::<Tenant>().unwrap().0, 7);
/// ```
#[derive(Clone)]
pub struct Principal {
    subject: Arc<str>,
    scopes: Arc<[Box<str>]>,
    roles: Arc<[Box<str>]>,
    details: Option<Arc<dyn Any + Send + Sync>>,
}

impl Principal {
    /// Makes a principal of its name: a user's, a client's.
    pub fn new(subject: impl Into<Arc<str>>) -> Self {
        Self {
            subject: subject.into(),
            scopes: Arc::default(),
            roles: Arc::default(),
            details: None,
        }
    }

    /// Says what it was allowed to do.
    #[must_use]
    pub fn with_scopes<S: Into<Box<str>>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Says what it is.
    #[must_use]
    pub fn with_roles<S: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = S>) -> Self {
        self.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// Keeps what else is known: a token's claims, a row of a database.
    #[must_use]
    pub fn with_details<T: Send + Sync + 'static>(mut self, details: T) -> Self {
        self.details = Some(Arc::new(details));
        self
    }

    /// Returns its name; of a token without `sub`, an empty one.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Tells whether it has a scope: the very same one, with case.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| **own == *scope)
    }

    /// Returns its scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|scope| &**scope)
    }

    /// Tells whether it has a role: the very same one, with case.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|own| **own == *role)
    }

    /// Returns its roles.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().map(|role| &**role)
    }

    /// Returns what else is known of it, if that is a `T`.
    pub fn details<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.details.as_deref()?.downcast_ref()
    }
}

/// What a token says stays out of logs, but for the name.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// The principal of a request.
///
/// Every request that an [`Auth`](crate::Auth) has let through has one, unless its route is
/// [open](crate::Require::nothing). An app that is mounted below is another one, with requests of its own:
/// it does not see the principal of the app around it.
pub trait AuthRequest {
    /// Returns who is calling, if that is known.
    fn principal(&self) -> Option<&Principal>;

    /// Returns who is calling.
    ///
    /// # Errors
    ///
    /// 500 where nobody was asked for: the route is open, or there is no [`Auth`](crate::Auth)
    /// around it.
    fn caller(&self) -> Result<&Principal>;

    /// Returns the [details](Principal::details) of who is calling: a token's claims.
    ///
    /// # Errors
    ///
    /// 500 as of [`caller`](Self::caller), and where they are no `T`.
    fn claims<T: Send + Sync + 'static>(&self) -> Result<&T>;
}

impl AuthRequest for Request {
    fn principal(&self) -> Option<&Principal> {
        self.context().get()
    }

    fn caller(&self) -> Result<&Principal> {
        let why =
            "a responder asks who is calling where nobody has to say it: give the route a rule";
        let error = || HttpError::internal_server_error().caused_by(why);
        Ok(self.principal().ok_or_else(error)?)
    }

    fn claims<T: Send + Sync + 'static>(&self) -> Result<&T> {
        let why = || {
            format!(
                "what is known of the caller is no `{}`",
                std::any::type_name::<T>()
            )
        };
        let error = || HttpError::internal_server_error().caused_by(why());
        Ok(self.caller()?.details().ok_or_else(error)?)
    }
}
