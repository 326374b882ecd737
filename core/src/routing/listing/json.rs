//! The routes as JSON.

use http::Method;

use crate::{Member, Route};

pub(super) fn text(routes: &[Route]) -> String {
    let mut text = String::new();
    Member::from(routes.iter().map(route).collect::<Vec<_>>()).write_json(&mut text);
    text
}

fn route(route: &Route) -> Member {
    let methods: Vec<&str> = route.methods().iter().map(Method::as_str).collect();
    let fields = route.fields().iter().map(|field| {
        Member::from(vec![
            ("name", Member::from(field.name())),
            ("converter", Member::from(field.converter())),
        ])
    });
    let hooks = route.hooks().iter().map(|hook| {
        Member::from(vec![
            (
                "when",
                Member::from(if hook.is_before() { "before" } else { "after" }),
            ),
            ("method", Member::from(hook.method().map(Method::as_str))),
            ("hook", Member::from(hook.type_name())),
        ])
    });
    let metadata = route.metadata().map(|(method, type_name)| {
        Member::from(vec![
            ("method", Member::from(method.map(Method::as_str))),
            ("type", Member::from(type_name)),
        ])
    });
    Member::from(vec![
        ("template", Member::from(route.template())),
        ("name", Member::from(route.name())),
        ("methods", Member::from(methods)),
        ("any_method", Member::from(route.answers_any_method())),
        ("takes_rest", Member::from(route.takes_rest())),
        ("resource", Member::from(route.resource_type())),
        ("fields", Member::from(fields.collect::<Vec<_>>())),
        ("hooks", Member::from(hooks.collect::<Vec<_>>())),
        ("metadata", Member::from(metadata.collect::<Vec<_>>())),
        ("added_at", Member::from(route.added_at().to_string())),
    ])
}
