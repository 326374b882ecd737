//! Sinks: what answers where no route does.

use falcon::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::kinds::raise;
use crate::middleware::note;
use crate::show;

/// A sink with the name that it tells.
pub(crate) struct Sink(pub(crate) &'static str);

impl Hook for Sink {
    async fn run(&self, req: &mut Request, resp: &mut Response) -> Result {
        match self.0 {
            "mw" => note(req, "sink"),
            "error" => {
                resp.set_header("x-sink", "entered")?;
                raise(req.param("kind").unwrap_or_default())?;
            }
            _ => {}
        }
        answer(self.0, req, resp);
        Ok(())
    }
}

fn answer(name: &str, req: &Request, resp: &mut Response) {
    let fields = req.route().map(falcon::Route::fields).unwrap_or_default();
    let group =
        |field: &falcon::routing::Field| (field.name().to_owned(), json!(req.param(field.name())));
    let groups: Map<String, Json> = fields.iter().map(group).collect();
    show(
        resp,
        &json!({
            "sink": name,
            "method": req.method().as_str(),
            "path": falcon::uri::decode(req.path()),
            "groups": groups,
            "template": null,
        }),
    );
}

/// In the order of adding: the one added last is tried first.
pub(crate) const SINKS: [(&str, &str); 7] = [
    ("plain", "/sink/plain"),
    ("tenant", r"/sink/(?P<tenant>[a-z]+)/v(?P<version>\d+)"),
    ("optional", r"/sink/opt(?:/(?P<tail>.+))?$"),
    ("static", "/static/sink"),
    ("mw", "/mw/sink"),
    ("error", "/err-sink/(?P<kind>[a-z]+)"),
    ("ws", r"/ws-sink/(?P<name>\w+)"),
];
