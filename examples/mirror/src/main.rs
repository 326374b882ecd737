//! One application, written on Falcon for Rust and on Python's Falcon, so that their answers can
//! be compared request by request. Where they differ on purpose, `deviations.json` says why.
//!
//! `mirror --app main --port 8000`, with the folder of the static files in `MIRROR_STATIC`.

mod app;
mod cookies;
mod cors;
mod errors;
mod headers;
mod hooks;
mod kinds;
mod layout;
mod media;
mod methods;
mod middleware;
mod multipart;
mod params;
mod props;
mod requests;
mod responses;
mod routes;
mod serializer;
mod sinks;
mod time;
mod validation;
mod value;

use std::process::ExitCode;

use falcon::Response;
use falcon::prelude::*;

/// Sets a JSON body, laid out as Python does it; its type is the app's default.
pub(crate) fn show(resp: &mut Response, value: &serde_json::Value) {
    resp.set_body(layout::json(value));
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = args.iter().position(|arg| arg == name)?;
        args.get(at + 1).map(String::as_str)
    };
    let app = option("--app").and_then(app::of);
    let port = option("--port").and_then(|port| port.parse::<u16>().ok());
    let (Some(app), Some(port)) = (app, port) else {
        eprint("usage: mirror --app main|opts --port N, with MIRROR_STATIC set");
        return ExitCode::FAILURE;
    };
    match falcon::serve(app, ("127.0.0.1", port)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a program tells its user what is wrong"
)]
fn eprint(message: &str) {
    eprintln!("{message}");
}

use falcon::header;

/// A header's value of characters up to U+00FF, one byte each.
pub(crate) fn latin1(text: &str) -> Result<header::HeaderValue> {
    let bytes: std::result::Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    Ok(header::HeaderValue::from_bytes(&bytes?)?)
}

/// An error that nobody expected: 500.
pub(crate) fn unexpected(what: &'static str) -> Error {
    Error::boxed(what)
}
