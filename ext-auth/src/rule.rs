//! Rules: who may do what a route does.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use falcon_core::Request;

use crate::Principal;

/// As metadata of an app, a group, a route or a method: what a caller needs.
///
/// The nearest rule counts, and no other; HEAD follows GET. It is the middleware [`Auth`](crate::Auth) that
/// looks at it: without one around the route, it does nothing.
///
/// ```
/// use falcon_auth::Require;
/// # use falcon_core::{App, Method, Request, Resource, Response, Result};
/// # struct Things;
/// # impl Resource for Things {
/// #     async fn on_get(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
/// #     async fn on_post(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
/// # }
///
/// let mut app = App::new();
/// app.add_route("/things", Things)
///     .with(Require::scope("things:read"))
///     .with_for(Method::POST, Require::scope("things:write").or(Require::role("admin")));
/// app.add_route("/healthz", Things).with(Require::nothing());
/// ```
#[derive(Clone)]
pub struct Require(Arc<Rule>);

enum Rule {
    Nothing,
    Optional,
    Authenticated,
    Scope(Box<str>),
    Role(Box<str>),
    Policy(Box<dyn DynPolicy>),
    All(Vec<Require>),
    Any(Vec<Require>),
}

impl Require {
    fn of(rule: Rule) -> Self {
        Self(Arc::new(rule))
    }

    /// Nothing: nobody is asked who is calling.
    pub fn nothing() -> Self {
        Self::of(Rule::Nothing)
    }

    /// No credentials; but those that are sent have to be good.
    pub fn optional() -> Self {
        Self::of(Rule::Optional)
    }

    /// A caller who is known, whoever it is.
    pub fn authenticated() -> Self {
        Self::of(Rule::Authenticated)
    }

    /// A scope: the very same one, with case.
    pub fn scope(scope: impl Into<Box<str>>) -> Self {
        Self::of(Rule::Scope(scope.into()))
    }

    /// Every one of several scopes. Of none, nobody has them: a list that is empty by mistake opens nothing.
    pub fn all_scopes<S: Into<Box<str>>>(scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes: Vec<Self> = scopes.into_iter().map(Self::scope).collect();
        Self::of(if scopes.is_empty() {
            Rule::Any(scopes)
        } else {
            Rule::All(scopes)
        })
    }

    /// Any one of several scopes.
    pub fn any_scope<S: Into<Box<str>>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Self::of(Rule::Any(scopes.into_iter().map(Self::scope).collect()))
    }

    /// A role: the very same one, with case.
    pub fn role(role: impl Into<Box<str>>) -> Self {
        Self::of(Rule::Role(role.into()))
    }

    /// Any one of several roles.
    pub fn any_role<S: Into<Box<str>>>(roles: impl IntoIterator<Item = S>) -> Self {
        Self::of(Rule::Any(roles.into_iter().map(Self::role).collect()))
    }

    /// What a policy says of the caller and the request.
    ///
    /// ```
    /// use falcon_auth::{Principal, Require};
    /// use falcon_core::Request;
    ///
    /// let own = Require::policy(|caller: &Principal, req: &Request| {
    ///     req.param("user") == Some(caller.subject())
    /// });
    /// ```
    pub fn policy(policy: impl Policy) -> Self {
        Self::of(Rule::Policy(Box::new(policy)))
    }

    /// Both rules.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::of(Rule::All(vec![self, other]))
    }

    /// One of two rules.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::of(Rule::Any(vec![self, other]))
    }

    pub(crate) fn asks_nobody(&self) -> bool {
        matches!(*self.0, Rule::Nothing)
    }

    pub(crate) fn takes_nobody(&self) -> bool {
        matches!(*self.0, Rule::Nothing | Rule::Optional)
    }

    /// Whether a caller has what it needs.
    pub(crate) async fn allows(&self, caller: &Principal, req: &Request) -> bool {
        match self.known(caller) {
            Some(allows) => allows,
            None => self.ask(caller, req).await,
        }
    }

    /// What is known without a policy.
    fn known(&self, caller: &Principal) -> Option<bool> {
        match &*self.0 {
            Rule::Nothing | Rule::Optional | Rule::Authenticated => Some(true),
            Rule::Scope(scope) => Some(caller.has_scope(scope)),
            Rule::Role(role) => Some(caller.has_role(role)),
            Rule::Policy(_) => None,
            Rule::All(rules) => known_of(rules, caller, false),
            Rule::Any(rules) => known_of(rules, caller, true),
        }
    }

    fn ask<'a>(&'a self, caller: &'a Principal, req: &'a Request) -> Answer<'a> {
        Box::pin(async move {
            let (rules, decisive) = match &*self.0 {
                Rule::Policy(policy) => return policy.allows_dyn(caller, req).await,
                Rule::All(rules) => (rules, false),
                Rule::Any(rules) => (rules, true),
                _ => return self.known(caller).unwrap_or(false),
            };
            for rule in rules {
                if rule.allows(caller, req).await == decisive {
                    return decisive;
                }
            }
            !decisive
        })
    }

    /// The scopes that would do, as far as they are missing: of alternatives, the first that scopes can
    /// meet. `None` where none would do.
    pub(crate) fn missing(&self, caller: &Principal) -> Option<Vec<&str>> {
        match &*self.0 {
            Rule::Scope(scope) if caller.has_scope(scope) => Some(Vec::new()),
            Rule::Scope(scope) => Some(vec![scope]),
            Rule::Role(role) => caller.has_role(role).then(Vec::new),
            Rule::All(rules) => {
                let missing = rules.iter().map(|rule| rule.missing(caller));
                missing
                    .collect::<Option<Vec<_>>>()
                    .map(|scopes| scopes.concat())
            }
            Rule::Any(rules) => rules.iter().find_map(|rule| rule.missing(caller)),
            _ => Some(Vec::new()),
        }
    }

    /// The scopes and roles that would do: any one of several sets. More than a few are told as none, which
    /// is not wrong, and less.
    pub(crate) fn scope_sets(&self) -> Vec<Vec<String>> {
        const MOST: usize = 16;
        let sets = match &*self.0 {
            Rule::Scope(name) | Rule::Role(name) => vec![vec![name.to_string()]],
            Rule::Any(rules) => rules.iter().flat_map(Self::scope_sets).collect(),
            Rule::All(rules) => rules.iter().fold(vec![Vec::new()], |sets, rule| {
                let more = rule.scope_sets();
                let joined = sets.iter().flat_map(|set: &Vec<String>| {
                    more.iter().map(move |more| {
                        let new = more.iter().filter(|name| !set.contains(name));
                        set.iter().chain(new).cloned().collect::<Vec<String>>()
                    })
                });
                joined.take(MOST + 1).collect()
            }),
            _ => vec![Vec::new()],
        };
        if sets.len() > MOST {
            return vec![Vec::new()];
        }
        let mut different: Vec<Vec<String>> = Vec::new();
        for set in sets {
            if !different.contains(&set) {
                different.push(set);
            }
        }
        different
    }

    /// Whether it asks for a role or a policy.
    pub(crate) fn has_more_than_scopes(&self) -> bool {
        match &*self.0 {
            Rule::Role(_) | Rule::Policy(_) => true,
            Rule::All(rules) | Rule::Any(rules) => rules.iter().any(Self::has_more_than_scopes),
            _ => false,
        }
    }

    /// Whether two are the very same, and not only alike.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What is known of several rules, one of which may decide for all.
fn known_of(rules: &[Require], caller: &Principal, decisive: bool) -> Option<bool> {
    let mut all = Some(!decisive);
    for rule in rules {
        match rule.known(caller) {
            Some(known) if known == decisive => return Some(decisive),
            Some(_) => {}
            None => all = None,
        }
    }
    all
}

impl fmt::Debug for Require {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Rule::Nothing => f.write_str("nothing"),
            Rule::Optional => f.write_str("optional"),
            Rule::Authenticated => f.write_str("authenticated"),
            Rule::Scope(scope) => write!(f, "scope {scope}"),
            Rule::Role(role) => write!(f, "role {role}"),
            Rule::Policy(_) => f.write_str("policy"),
            Rule::All(rules) => f.debug_tuple("all").field(rules).finish(),
            Rule::Any(rules) => f.debug_tuple("any").field(rules).finish(),
        }
    }
}

/// Decides on a caller and a request: every function of both that returns a `bool` is one; a type
/// that has to wait for its answer implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no policy",
    label = "expected `fn(&Principal, &Request) -> bool` or a type that implements `Policy`"
)]
pub trait Policy: Send + Sync + 'static {
    /// Tells whether the caller may do what the request asks for. Fields of the route can be read.
    fn allows(&self, caller: &Principal, req: &Request) -> impl Future<Output = bool> + Send;
}

impl<F> Policy for F
where
    F: for<'a, 'b> Fn(&'a Principal, &'b Request) -> bool + Send + Sync + 'static,
{
    async fn allows(&self, caller: &Principal, req: &Request) -> bool {
        self(caller, req)
    }
}

type Answer<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

trait DynPolicy: Send + Sync {
    fn allows_dyn<'a>(&'a self, caller: &'a Principal, req: &'a Request) -> Answer<'a>;
}

impl<P: Policy> DynPolicy for P {
    fn allows_dyn<'a>(&'a self, caller: &'a Principal, req: &'a Request) -> Answer<'a> {
        Box::pin(self.allows(caller, req))
    }
}
