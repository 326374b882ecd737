//! Lookup against a slow matcher, on random tables and random paths.

use std::cmp::Reverse;

use falcon_core::{App, AppService, Request, Response, Result, Route};
use proptest::collection::{btree_set, vec};
use proptest::prelude::{ProptestConfig, Strategy, prop_assert_eq, proptest};
use proptest::sample::select;

use crate::Text;

/// What a segment of a template may be, as the slow matcher knows it.
const SEGMENTS: [&str; 11] = [
    "a",
    "\u{e9}",
    "v1",
    "7",
    "{f}",
    "{f:int}",
    "{f:float}",
    "v{f}",
    "{f}-{g}",
    "{f:int}-{g}",
    "{f}.{g:int}",
];

/// Segments of paths, as they come and decoded.
const TEXTS: [(&str, &str); 17] = [
    ("a", "a"),
    ("%61", "a"),
    ("%C3%A9", "\u{e9}"),
    ("v", "v"),
    ("v1", "v1"),
    ("v%31", "v1"),
    ("7", "7"),
    ("-7", "-7"),
    ("1.5", "1.5"),
    ("x-y", "x-y"),
    ("7-y", "7-y"),
    ("a-b-c", "a-b-c"),
    ("a-", "a-"),
    ("7.7.8", "7.7.8"),
    ("a%2Fb", "a/b"),
    (
        "a-segment-of-more-than-16-bytes",
        "a-segment-of-more-than-16-bytes",
    ),
    ("", ""),
];

/// How good a segment is: the kind, more literal text, more converters, the text itself.
type Rank = (u8, Reverse<usize>, Reverse<usize>, &'static str);

const REST: Rank = (9, Reverse(0), Reverse(0), "");

/// Whether a segment takes a text, as a sentence says it.
fn rank(segment: &'static str, text: &str) -> Option<Rank> {
    let is_int = |text: &str| text.parse::<i64>().is_ok();
    let split = |by: char| {
        // The first field takes as much as leaves the second one something.
        let ends = text.char_indices().rev().filter(|(_, c)| *c == by);
        let mut fields = ends.map(|(at, _)| (&text[..at], &text[at + 1..]));
        fields.find(|(f, g)| !f.is_empty() && !g.is_empty())
    };
    let mixed = |literal, converters| (1, Reverse(literal), Reverse(converters), segment);
    let field = |class| (class, Reverse(0), Reverse(0), segment);
    match segment {
        "{f}" => (!text.is_empty()).then_some(field(4)),
        "{f:int}" => is_int(text).then_some(field(2)),
        "{f:float}" => text.parse::<f64>().ok().map(|_| field(3)),
        "v{f}" => (text.len() > 1 && text.starts_with('v')).then_some(mixed(1, 0)),
        "{f}-{g}" => split('-').map(|_| mixed(1, 0)),
        "{f:int}-{g}" => split('-').filter(|(f, _)| is_int(f)).map(|_| mixed(1, 1)),
        "{f}.{g:int}" => split('.').filter(|(_, g)| is_int(g)).map(|_| mixed(1, 1)),
        literal => (literal == text).then_some(field(0)),
    }
}

/// A template: segments, and whether all that is left of the path follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Template {
    segments: Vec<&'static str>,
    takes_rest: bool,
}

impl Template {
    fn ranks(&self, path: &[&str]) -> Option<Vec<Rank>> {
        let len = self.segments.len();
        let fits = if self.takes_rest {
            path.len() > len
        } else {
            path.len() == len
        };
        if !fits {
            return None;
        }
        let pairs = self.segments.iter().zip(path);
        let ranks: Option<Vec<_>> = pairs.map(|(segment, text)| rank(segment, text)).collect();
        ranks.map(|mut ranks| {
            ranks.extend(self.takes_rest.then_some(REST));
            ranks
        })
    }

    /// With a name of its own for each field.
    fn text(&self) -> String {
        let named = self.segments.iter().enumerate().map(|(i, segment)| {
            let named = segment.replace("{f", &format!("{{f{i}"));
            named.replace("{g", &format!("{{g{i}"))
        });
        let rest = self.takes_rest.then(|| "{rest:path}".to_owned());
        let segments: Vec<String> = named.chain(rest).collect();
        format!("/{}", segments.join("/"))
    }
}

/// The best of all templates that match: at the first segment in which two differ, the better one.
fn best(templates: &[Template], path: &[&str]) -> Option<usize> {
    let ranked = templates.iter().enumerate();
    let matching = ranked.filter_map(|(i, template)| Some((template.ranks(path)?, i)));
    matching.min().map(|(_, i)| i)
}

fn template(takes_rest: impl Strategy<Value = bool>) -> impl Strategy<Value = Template> {
    (vec(select(&SEGMENTS[..]), 1..5), takes_rest).prop_map(|(segments, takes_rest)| Template {
        segments,
        takes_rest,
    })
}

async fn sink(_req: &mut Request, _resp: &mut Response) -> Result {
    Ok(())
}

fn app(routes: &[Template], prefixes: &[Template]) -> AppService {
    let mut app = App::new();
    for template in routes {
        app.add_route(&template.text(), Text("route"));
    }
    for template in prefixes {
        app.add_sink(&template.text(), sink);
    }
    app.freeze().unwrap()
}

/// The route, else the prefix, by their places in the table.
fn slow(routes: &[Template], prefixes: &[Template], path: &[&str]) -> Option<usize> {
    let below = |template: &Template| Template {
        takes_rest: true,
        ..template.clone()
    };
    let mut all = prefixes.to_vec();
    all.extend(prefixes.iter().map(below));
    best(routes, path).or_else(|| Some(routes.len() + best(&all, path)? % prefixes.len()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn lookup_agrees_with_a_slow_matcher(
        routes in btree_set(template(proptest::bool::weighted(0.2)), 1..16),
        prefixes in btree_set(template(proptest::strategy::Just(false)), 0..4),
        paths in vec(vec(select(&TEXTS[..]), 1..6), 1..30),
    ) {
        let routes: Vec<_> = routes.into_iter().collect();
        let prefixes: Vec<_> = prefixes.into_iter().collect();
        let service = app(&routes, &prefixes);
        for path in &paths {
            let text: String = path.iter().map(|(raw, _)| format!("/{raw}")).collect();
            let decoded: Vec<&str> = path.iter().map(|(_, decoded)| *decoded).collect();
            let place = |route: &Route| service.routes().iter().position(|r| std::ptr::eq(r, route));
            let found = service.route_for(&text).and_then(place);
            prop_assert_eq!(found, slow(&routes, &prefixes, &decoded), "{}", text);
        }
    }

    #[test]
    fn no_path_panics(path in "/[ -~]{0,40}") {
        let mut app = App::new();
        for template in ["/{a}-{b}.{c}", "/{a:int}/{b:uuid}", "/x{y}/{rest:path}", "/{t:datetime}"] {
            app.add_route(template, Text(""));
        }
        app.freeze().unwrap().route_for(&path);
    }
}
