//! The trait of what recognises callers, and putting several together.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use falcon_core::Request;

use crate::refusal::Kind;
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

/// Several authenticators as one: the first whose credentials are there decides. Where they are not good,
/// another one that takes the same kind may know better, as for tokens of two issuers; others are not asked.
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

/// Credentials that were not good, and of which scheme they were.
struct Refused(Option<(Refusal, Vec<Challenge>)>);

impl Refused {
    /// Whether an authenticator may know better.
    fn may_ask(&self, next: &impl Authenticator) -> bool {
        let Some((_, challenges)) = &self.0 else {
            return true;
        };
        let next = next.challenges();
        next.iter().any(|own| {
            challenges
                .iter()
                .any(|other| own.scheme() == other.scheme())
        })
    }

    /// What cannot be told at the moment is no matter for the next.
    fn note(&mut self, refusal: Refusal, by: &impl Authenticator) -> Result<(), Refusal> {
        if refusal.kind() != Kind::Invalid {
            return Err(refusal);
        }
        self.0.get_or_insert_with(|| (refusal, by.challenges()));
        Ok(())
    }
}

macro_rules! any_of {
    ($($A:ident)*) => {
        #[expect(non_snake_case, reason = "a type parameter's name serves as its value's name too")]
        impl<$($A: Authenticator),*> Authenticator for AnyOf<($($A,)*)> {
            async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
                let ($($A,)*) = &self.0;
                let mut refused = Refused(None);
                $(
                    if refused.may_ask($A) {
                        match $A.authenticate(req).await {
                            Ok(Some(principal)) => return Ok(Some(principal)),
                            Ok(None) => {}
                            Err(refusal) => refused.note(refusal, $A)?,
                        }
                    }
                )*
                refused.0.map_or(Ok(None), |(refusal, _)| Err(refusal))
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
pub struct By(Option<Arc<dyn DynAuthenticator>>);

impl By {
    /// Makes metadata of an authenticator.
    pub fn new(authenticator: impl Authenticator) -> Self {
        Self(Some(Arc::new(authenticator)))
    }

    /// Leaves it to the nearest `Auth`.
    pub(crate) fn nobody() -> Self {
        Self(None)
    }

    pub(crate) fn is_somebody(&self) -> bool {
        self.0.is_some()
    }
}

impl Authenticator for By {
    async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
        match &self.0 {
            Some(own) => own.authenticate_dyn(req).await,
            None => Ok(None),
        }
    }

    fn challenges(&self) -> Vec<Challenge> {
        self.0
            .as_ref()
            .map(|own| own.challenges_dyn())
            .unwrap_or_default()
    }
}

impl std::fmt::Debug for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("By").field(&self.challenges()).finish()
    }
}
