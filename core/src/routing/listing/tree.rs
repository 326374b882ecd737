//! The routes as a tree.

use super::{around, methods, short_type_name, shown_template};
use crate::Route;

/// A segment, the routes that end with it, and what follows.
#[derive(Default)]
struct Branch<'a> {
    segment: String,
    routes: Vec<&'a Route>,
    below: Vec<Self>,
}

impl<'a> Branch<'a> {
    /// Puts a route at the end of its segments, making branches where there are none.
    fn add(&mut self, segments: &mut dyn Iterator<Item = &str>, route: &'a Route) {
        let Some(segment) = segments.next() else {
            return self.routes.push(route);
        };
        if let Some(branch) = self
            .below
            .iter_mut()
            .find(|branch| branch.segment == segment)
        {
            return branch.add(segments, route);
        }
        let mut branch = Branch {
            segment: segment.to_owned(),
            ..Branch::default()
        };
        branch.add(segments, route);
        self.below.push(branch);
    }

    /// Adds the lines of what is below: how each begins, and its routes.
    fn lines(&self, indent: &str, lines: &mut Vec<(String, Vec<&'a Route>)>) {
        for (i, branch) in self.below.iter().enumerate() {
            let last = i + 1 == self.below.len();
            let (mark, deeper) = if last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            lines.push((
                format!("{indent}{mark}{}", branch.segment),
                branch.routes.clone(),
            ));
            branch.lines(&format!("{indent}{deeper}"), lines);
        }
    }
}

pub(super) fn text(routes: &[Route]) -> String {
    let mut root = Branch::default();
    for route in routes {
        let template = shown_template(route);
        let below = template.strip_prefix('/').unwrap_or(&template);
        root.add(&mut segments(below), route);
    }
    let mut lines = vec![("/".to_owned(), root.routes.clone())];
    root.lines("", &mut lines);
    let width = lines
        .iter()
        .map(|(text, _)| text.chars().count())
        .max()
        .unwrap_or(0);
    let shown = lines.iter().map(|(text, routes)| {
        let padding = " ".repeat(width - text.chars().count());
        let routes = routes.iter().map(|route| {
            let resource = short_type_name(route.resource_type());
            format!("{}  {resource}  {}", methods(route), around(route))
        });
        let routes = routes.collect::<Vec<_>>().join(" | ");
        format!("{text}{padding}  {routes}").trim_end().to_owned()
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// The segments of a template; a slash within a field parts nothing.
fn segments(template: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let ends = move |c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '/' && depth == 0
    };
    // A slash at the end makes a path of its own.
    let last = template.ends_with('/').then_some("/");
    let segments = template.split(ends).filter(|segment| !segment.is_empty());
    segments.chain(last)
}
