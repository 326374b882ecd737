//! The trait of what recognises callers, and putting several together.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use falcon_core::Request;

use crate::{Challenge, Principal, Refusal};

/// Recognises callers by one kind of credentials.
///
/// ```
/// use falcon_auth::{Authenticator, Challenge, Principal, Refusal};
/// use falcon_core::Request;
///
/// /// Believes a proxy that has done the work.
/// struct Proxy;
///
/// impl Authenticator for Proxy {
///     async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
///         Ok(req.header("x-authenticated-user").map(Principal::new))
///     }
///
///     fn challenges(&self) -> Vec<Challenge> {
///         vec![Challenge::new("Proxy")]
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` recognises nobody",
    label = "needs `impl Authenticator for {Self}`; several go into `AnyOf`"
)]
pub trait Authenticator: Send + Sync + 'static {
    /// Tells who is calling: `None` where the request has no credentials of this kind.
    ///
    /// # Errors
    ///
    /// It has some, and they are not good, or cannot be checked.
    fn authenticate(
        &self,
        req: &Request,
    ) -> impl Future<Output = Result<Option<Principal>, Refusal>> + Send;

    /// Returns what a 401 asks for: one challenge for each kind of credentials.
    fn challenges(&self) -> Vec<Challenge>;
}

/// Several authenticators as one: the first whose credentials are there decides.
///
/// ```
/// # use falcon_auth::{AnyOf, Authenticator};
/// # fn example(tokens: impl Authenticator, keys: impl Authenticator) {
/// let either = AnyOf::new((tokens, keys));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AnyOf<T>(T);

impl<T> AnyOf<T> {
    /// Puts a tuple of authenticators together, up to six.
    pub fn new(authenticators: T) -> Self {
        Self(authenticators)
    }
}

macro_rules! any_of {
    ($($A:ident)*) => {
        #[expect(non_snake_case, reason = "a type parameter's name serves as its value's name too")]
        impl<$($A: Authenticator),*> Authenticator for AnyOf<($($A,)*)> {
            async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
                let ($($A,)*) = &self.0;
                $(
                    if let Some(principal) = $A.authenticate(req).await? {
                        return Ok(Some(principal));
                    }
                )*
                Ok(None)
            }

            fn challenges(&self) -> Vec<Challenge> {
                let ($($A,)*) = &self.0;
                let mut all = Vec::new();
                $(all.extend($A.challenges());)*
                all
            }
        }
    };
}

any_of!(A);
any_of!(A B);
any_of!(A B C);
any_of!(A B C D);
any_of!(A B C D E);
any_of!(A B C D E F);

impl<T: Authenticator> Authenticator for Arc<T> {
    fn authenticate(
        &self,
        req: &Request,
    ) -> impl Future<Output = Result<Option<Principal>, Refusal>> + Send {
        T::authenticate(self, req)
    }

    fn challenges(&self) -> Vec<Challenge> {
        T::challenges(self)
    }
}

type Recognised<'a> = Pin<Box<dyn Future<Output = Result<Option<Principal>, Refusal>> + Send + 'a>>;

trait DynAuthenticator: Send + Sync {
    fn authenticate_dyn<'a>(&'a self, req: &'a Request) -> Recognised<'a>;
    fn challenges_dyn(&self) -> Vec<Challenge>;
}

impl<A: Authenticator> DynAuthenticator for A {
    fn authenticate_dyn<'a>(&'a self, req: &'a Request) -> Recognised<'a> {
        Box::pin(self.authenticate(req))
    }

    fn challenges_dyn(&self) -> Vec<Challenge> {
        self.challenges()
    }
}

/// As metadata of a group, a route or a method: recognises callers there, in place of the app's
/// authenticator.
///
/// ```
/// # use falcon_auth::{Authenticator, By};
/// # use falcon_core::{App, Request, Resource, Response, Result};
/// # struct Hooks;
/// # impl Resource for Hooks {
/// #     async fn on_post(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
/// # }
/// # fn example(app: &mut App, keys: impl Authenticator) {
/// app.add_route("/hooks", Hooks).with(By::new(keys));
/// # }
/// ```
#[derive(Clone)]
pub struct By(Arc<dyn DynAuthenticator>);

impl By {
    /// Makes metadata of an authenticator.
    pub fn new(authenticator: impl Authenticator) -> Self {
        Self(Arc::new(authenticator))
    }
}

impl Authenticator for By {
    async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
        self.0.authenticate_dyn(req).await
    }

    fn challenges(&self) -> Vec<Challenge> {
        self.0.challenges_dyn()
    }
}

impl std::fmt::Debug for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("By").field(&self.challenges()).finish()
    }
}
