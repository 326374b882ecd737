//! What descriptions of an API say of credentials.

use falcon_core::operation::{
    Answer, Describer, Operation, Place, Security, SecurityKind, SecurityScheme,
};
use falcon_core::{Method, Route, StatusCode};

use crate::{Authenticator, By, Challenge, Require};

/// Tells of every method who may call it, and what it answers to others.
pub(crate) fn describer(authenticator: &impl Authenticator, default: Require) -> Describer {
    let usual = schemes(&authenticator.challenges());
    Describer::new(
        move |route: &Route, method: &Method, operation: &mut Operation| {
            let rule = route.meta_for::<Require>(method).unwrap_or(&default);
            let by = route.meta_for::<By>(method).filter(|by| by.is_somebody());
            let own = by.map(|by| schemes(&by.challenges()));
            describe(rule, own.as_ref().unwrap_or(&usual), operation);
        },
    )
}

fn describe(rule: &Require, schemes: &[SecurityScheme], operation: &mut Operation) {
    if rule.asks_nobody() {
        operation.security.get_or_insert_default();
        return;
    }
    let sets = rule.scope_sets();
    let alternatives = schemes.iter().flat_map(|scheme| {
        let needed = sets
            .iter()
            .map(|scopes| Security::new(scheme.clone(), scopes.clone()));
        needed.collect::<Vec<_>>()
    });
    let mut own: Vec<Security> = alternatives.collect();
    if rule.takes_nobody() {
        own.push(Security::none());
    }
    // Whoever stands further out asks too.
    let outer = operation.security.take().filter(|outer| !outer.is_empty());
    operation.security = match outer {
        None => Some(own).filter(|own| !own.is_empty()),
        Some(outer) => Some(both(&outer, &own)),
    };
    let why = "There are no credentials, or they are not good.";
    operation.add_problem(StatusCode::UNAUTHORIZED, "unauthorized", why);
    ask(operation);
    if sets.iter().any(|scopes| !scopes.is_empty()) {
        let why = "The caller does not have the scope that is needed.";
        operation.add_problem(StatusCode::FORBIDDEN, "insufficient_scope", why);
    }
    if rule.has_more_than_scopes() {
        let why = "The caller may not do this.";
        operation.add_problem(StatusCode::FORBIDDEN, "forbidden", why);
    }
}

/// A 401 says what credentials are asked for (RFC 9110 section 11.6.1).
fn ask(operation: &mut Operation) {
    const NAME: &str = "WWW-Authenticate";
    let is_401 = |answer: &&mut Answer| answer.status == Some(StatusCode::UNAUTHORIZED);
    let Some(answer) = operation.answers.iter_mut().find(is_401) else {
        return;
    };
    if !answer
        .headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case(NAME))
    {
        let text = r#"{"type":"string"}"#;
        *answer = answer
            .clone()
            .header(NAME, text, "The credentials that are asked for.");
    }
}

/// One of these and one of those, together.
fn both(outer: &[Security], own: &[Security]) -> Vec<Security> {
    let mut all: Vec<Security> = Vec::new();
    for one in outer {
        for other in own {
            let together = if one == other {
                one.clone()
            } else {
                one.clone().and(other.clone())
            };
            if !all.contains(&together) {
                all.push(together);
            }
        }
    }
    all
}

/// Each kind of credentials once.
fn schemes(challenges: &[Challenge]) -> Vec<SecurityScheme> {
    let mut all: Vec<SecurityScheme> = Vec::new();
    for challenge in challenges {
        let scheme = scheme(challenge);
        if !all.contains(&scheme) {
            all.push(scheme);
        }
    }
    all
}

fn scheme(challenge: &Challenge) -> SecurityScheme {
    let key = |name: &str, place| SecurityKind::ApiKey {
        place,
        name: name.to_owned(),
    };
    let named = challenge.scheme();
    match named.to_ascii_lowercase().as_str() {
        "bearer" => SecurityScheme::bearer("bearer"),
        "basic" => SecurityScheme::basic("basic"),
        "clientcertificate" => SecurityScheme::new("certificate", SecurityKind::MutualTls),
        "apikey" => match (challenge.get("header"), challenge.get("query")) {
            (Some(name), _) => SecurityScheme::new("key", key(name, Place::Header)),
            (None, Some(name)) => SecurityScheme::new("keyInQuery", key(name, Place::Query)),
            (None, None) => SecurityScheme::new("key", key(named, Place::Header)),
        },
        other => {
            let kind = SecurityKind::http(other);
            SecurityScheme::new(other, kind)
        }
    }
}
