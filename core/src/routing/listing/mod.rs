//! The routes of an app, for people and programs to read.

mod json;
mod tree;

use std::any::type_name as type_name_of;
use std::fmt;

use super::route::Route;
use crate::operation::Describer;

/// The routes of an app: shown as a table, one route a line, with methods, template, resource, and
/// what stands around it.
///
/// ```text
/// GET, HEAD, POST  /v1/agents          Agents       name: agents
/// GET, HEAD        /v1/agents/{id}     Agent        before: AdminOnly; with: BodyLimit
/// (any)            /static/…           ServeDir
/// ```
#[derive(Debug)]
pub struct Listing<'a>(pub(crate) &'a [Route]);

impl Listing<'_> {
    /// Returns the routes as a tree, by the segments of their templates.
    ///
    /// ```text
    /// /
    /// └─ v1
    ///    └─ agents         GET, HEAD, POST  Agents
    ///       └─ {id}        GET, HEAD        Agent
    /// ```
    pub fn tree(&self) -> String {
        tree::text(self.0)
    }

    /// Returns the routes as a JSON array.
    ///
    /// **Shape:** objects with `template`, `name` (or null), `methods`, `any_method`,
    /// `takes_rest`, `resource`, `fields` (of `name` and `converter`), `hooks` (of `when`,
    /// `method` and `hook`), `metadata` (of `method` and `type`), `added_at` (a place in the
    /// source). Members may be added.
    pub fn json(&self) -> String {
        json::text(self.0)
    }
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 4]> = self.0.iter().map(row).collect();
        let width = |column: usize| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let (methods_width, template_width, resource_width) = (width(0), width(1), width(2));
        for (i, [methods, template, resource, hooks]) in rows.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            let line = format!(
                "{methods:methods_width$}  {template:template_width$}  \
                 {resource:resource_width$}  {hooks}"
            );
            f.write_str(line.trim_end())?;
        }
        Ok(())
    }
}

fn row(route: &Route) -> [String; 4] {
    [
        methods(route),
        shown_template(route),
        short_type_name(route.resource_type()),
        around(route),
    ]
}

/// The methods that are really answered.
fn methods(route: &Route) -> String {
    let mut methods: Vec<&str> = route.methods().iter().map(http::Method::as_str).collect();
    if route.answers_any_method() {
        methods.push("(any)");
    }
    methods.join(", ")
}

fn shown_template(route: &Route) -> String {
    let template = route.template();
    if route.takes_rest() {
        format!("{}/…", template.trim_end_matches('/'))
    } else {
        template.to_owned()
    }
}

/// `before: Auth, GET Cache; after: Log; with: Deprecated, PUT Scope; name: things`
fn around(route: &Route) -> String {
    let of = |before: bool| {
        let hooks = route
            .hooks()
            .iter()
            .filter(|hook| hook.is_before() == before);
        let shown = hooks.map(|hook| {
            let method = hook.method().map(|method| format!("{method} "));
            format!(
                "{}{}",
                method.unwrap_or_default(),
                short_type_name(hook.type_name())
            )
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    // Each once, and nothing of what only extensions tell one another.
    let is_told = |(_, type_name): &(_, &str)| *type_name != type_name_of::<Describer>();
    let mut metadata: Vec<String> = Vec::new();
    for (method, type_name) in route.metadata().filter(is_told) {
        let method = method.map(|method| format!("{method} "));
        let shown = format!(
            "{}{}",
            method.unwrap_or_default(),
            short_type_name(type_name)
        );
        if !metadata.contains(&shown) {
            metadata.push(shown);
        }
    }
    let parts = [
        ("before: ", of(true)),
        ("after: ", of(false)),
        ("with: ", metadata.join(", ")),
        ("name: ", route.name().unwrap_or_default().to_owned()),
    ];
    let parts = parts.into_iter().filter(|(_, hooks)| !hooks.is_empty());
    let parts = parts.map(|(when, hooks)| format!("{when}{hooks}"));
    parts.collect::<Vec<_>>().join("; ")
}

/// The type's name without the modules that it is in: `app::Users<app::db::Pool>` is
/// `Users<Pool>`.
fn short_type_name(name: &str) -> String {
    if name.contains("::{{closure}}") {
        let function = short_type_name(&name.replace("::{{closure}}", ""));
        let is_itself = name.ends_with("}}");
        return if is_itself {
            format!("closure in {function}")
        } else {
            function
        };
    }
    let mut short = String::new();
    let mut word = 0;
    for c in name.chars() {
        if c == ':' {
            short.truncate(word);
        } else {
            short.push(c);
            if !c.is_alphanumeric() && c != '_' {
                word = short.len();
            }
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::short_type_name;

    #[test]
    fn type_names_lose_their_modules() {
        assert_eq!(short_type_name("a::b::Users"), "Users");
        assert_eq!(short_type_name("a::Wrap<b::c::Db, d::E>"), "Wrap<Db, E>");
        assert_eq!(short_type_name("u8"), "u8");
        let closure = "app::routes::add::{{closure}}::{{closure}}";
        assert_eq!(short_type_name(closure), "closure in add");
        let wrapped = "tower::ServiceFn<app::add::{{closure}}>";
        assert_eq!(short_type_name(wrapped), "ServiceFn<add>");
    }
}
