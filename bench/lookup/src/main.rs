//! Nanoseconds a lookup: by number of routes, and on one table beside other routers. Every number is
//! the best of several rounds, in which all take turns.

use std::hint::black_box;
use std::time::Instant;

use falcon_core::{App, AppService, Request, Resource, Response, Result};

struct Nothing;

impl Resource for Nothing {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

const ROUNDS: usize = 15;

fn app(templates: &[String]) -> AppService {
    let mut app = App::new();
    for template in templates {
        app.add_route(template, Nothing);
    }
    app.freeze().expect("the table is right")
}

/// A path that a template matches.
fn concrete(template: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { "octocat1" } else { segment }.to_owned();
    template.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// The best of some rounds over all paths, in nanoseconds a lookup.
fn best(paths: &[String], so_far: f64, find: impl Fn(&str) -> bool) -> f64 {
    let repeats = 20_000 / paths.len().max(1) + 1;
    let start = Instant::now();
    for _ in 0..repeats {
        for path in paths {
            assert!(black_box(find(black_box(path))), "{path}");
        }
    }
    so_far.min(start.elapsed().as_nanos() as f64 / (repeats * paths.len()) as f64)
}

/// As an API grows: collections with items and things below them.
fn grown(count: usize) -> Vec<String> {
    let forms = ["", "/{id}", "/{id}/parts", "/{id}/parts/{part}", "/{id}/owner"];
    (0..count)
        .map(|i| format!("/v1/area{}/thing{}{}", i / 250, i / forms.len(), forms[i % forms.len()]))
        .collect()
}

fn main() {
    println!("routes     ns a lookup");
    for count in [10, 1_000, 10_000, 100_000] {
        let templates = grown(count);
        let service = app(&templates);
        // As many paths for every size, and as many of each form, so that all see the same.
        let index = |i: usize| (i * (count / 10) + i % 5) % count;
        let paths: Vec<String> = (0..10).map(|i| concrete(&templates[index(i)])).collect();
        let mut ns = f64::MAX;
        for _ in 0..ROUNDS {
            ns = best(&paths, ns, |path| service.route_for(path).is_some());
        }
        println!("{count:>7}    {ns:6.1}");
    }

    let file = std::env::args().nth(1).expect("the file of the routes");
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let mut table: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .filter(|path| path.starts_with('/'))
        .map(str::to_owned)
        .collect();
    table.sort();
    table.dedup();
    let paths: Vec<String> = table.iter().map(|template| concrete(template)).collect();
    let service = app(&table);
    let mut matchit = matchit::Router::new();
    let mut wayfind = wayfind::RouterBuilder::new();
    for (i, template) in table.iter().enumerate() {
        matchit.insert(template, i).expect("matchit takes it");
        let template = template.replace('{', "<").replace('}', ">");
        wayfind.insert(template.as_str(), i).expect("wayfind takes it");
    }
    let wayfind = wayfind.build();
    let (mut ours, mut theirs, mut others) = (f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        ours = best(&paths, ours, |path| service.route_for(path).is_some());
        theirs = best(&paths, theirs, |path| matchit.at(path).is_ok());
        others = best(&paths, others, |path| wayfind.search(path).is_some());
    }
    println!("\n{} templates, all of them looked up in turn", table.len());
    for (name, ns) in [("falcon", ours), ("matchit", theirs), ("wayfind", others)] {
        println!("{name:<9}  {ns:6.1}  {:.2} x falcon", ns / ours);
    }
}
