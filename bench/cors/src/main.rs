//! What CORS costs, beside tower-http's layer on axum and actix-cors on actix-web: the same route with
//! and without it, in one run; and, for callgrind, one of ours many times (`cors none 1000`).

mod actix;
mod axum;
mod falcon;

use std::time::Instant;

/// What a client sends.
#[derive(Clone, Copy)]
pub enum Ask {
    /// No `Origin` at all.
    Plain,
    /// A `GET` of a page of another origin.
    Simple,
    Preflight,
}

impl Ask {
    pub fn method(self) -> &'static str {
        if matches!(self, Self::Preflight) {
            "OPTIONS"
        } else {
            "GET"
        }
    }

    pub fn headers(self) -> &'static [(&'static str, &'static str)] {
        const ALL: [(&str, &str); 6] = [
            ("host", "api.example"),
            ("user-agent", "falcon"),
            ("accept", "*/*"),
            ("origin", "https://app.example"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "x-token"),
        ];
        match self {
            Self::Plain => &ALL[..3],
            Self::Simple => &ALL[..4],
            Self::Preflight => &ALL,
        }
    }
}

/// Seconds that so many requests take.
pub type Run = Box<dyn Fn(Ask, usize) -> f64>;

/// Times something, many times.
pub fn seconds(times: usize, mut once: impl FnMut()) -> f64 {
    let since = Instant::now();
    for _ in 0..times {
        once();
    }
    since.elapsed().as_secs_f64()
}

const ROUNDS: usize = 31;
const TIMES: usize = 5_000;

/// Nanoseconds a request of each: the medians of rounds that take turns.
fn measure(runs: &[Run], ask: Ask) -> Vec<f64> {
    let mut all = vec![Vec::new(); runs.len()];
    for _ in 0..ROUNDS {
        for (rounds, run) in all.iter_mut().zip(runs) {
            rounds.push(run(ask, TIMES) * 1e9 / TIMES as f64);
        }
    }
    let median = |mut rounds: Vec<f64>| {
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    };
    all.into_iter().map(median).collect()
}

fn compare() {
    println!("nanoseconds a request without and with CORS, and what it costs\n");
    println!(
        "{:<12} {:>26} {:>26} {:>26}",
        "", "falcon", "axum, tower-http", "actix, actix-cors"
    );
    let runs = [
        falcon::run("none"),
        falcon::run("exact"),
        axum::run(false),
        axum::run(true),
        actix::run(false),
        actix::run(true),
    ];
    for (name, ask) in [
        ("no Origin", Ask::Plain),
        ("simple", Ask::Simple),
        ("preflight", Ask::Preflight),
    ] {
        let ns = measure(&runs, ask);
        let shown = |at: usize| {
            format!(
                "{:.0} > {:.0} ({:+.0})",
                ns[at],
                ns[at + 1],
                ns[at + 1] - ns[at]
            )
        };
        println!(
            "{name:<12} {:>26} {:>26} {:>26}",
            shown(0),
            shown(2),
            shown(4)
        );
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.as_slice() {
        [] => compare(),
        [middleware, times] => {
            falcon::run(middleware)(Ask::Plain, times.parse().expect("how many times"));
        }
        _ => panic!("cors [MIDDLEWARE TIMES]"),
    }
}
