//! The routes of an app, for people to read.

use std::fmt;

use super::route::Route;

/// The routes of an app as a table, one a line: methods, template, resource.
///
/// ```text
/// GET, HEAD, POST  /v1/agents          Agents
/// GET, HEAD        /v1/agents/{id}     Agent
/// (any)            /static/…           ServeDir
/// ```
#[derive(Debug)]
pub struct Listing<'a>(pub(crate) &'a [Route]);

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 3]> = self.0.iter().map(row).collect();
        let width = |column: usize| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let (methods_width, template_width) = (width(0), width(1));
        for (i, [methods, template, resource]) in rows.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(
                f,
                "{methods:methods_width$}  {template:template_width$}  {resource}"
            )?;
        }
        Ok(())
    }
}

fn row(route: &Route) -> [String; 3] {
    let mut methods: Vec<&str> = route.methods().iter().map(http::Method::as_str).collect();
    if route.answers_any_method() {
        methods.push("(any)");
    }
    let template = route.template();
    let template = if route.takes_rest() {
        format!("{}/…", template.trim_end_matches('/'))
    } else {
        template.to_owned()
    };
    [
        methods.join(", "),
        template,
        short_type_name(route.resource_type()),
    ]
}

/// The type's name without the modules that it is in: `app::Users<app::db::Pool>` is
/// `Users<Pool>`.
fn short_type_name(name: &str) -> String {
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
    }
}
