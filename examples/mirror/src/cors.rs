//! `/c`: the applications with CORS.

use std::path::PathBuf;
use std::time::Duration;

use falcon::cors::{Cors, CorsBuilder};
use falcon::files::StaticFiles;
use falcon::header::HeaderValue;
use falcon::prelude::*;
use serde_json::json;

use crate::{serializer, show, unexpected};

const A: &str = "https://a.example";

/// The application of that name, if it is one with CORS.
pub(crate) fn of(name: &str) -> Option<App> {
    let policy = match name {
        "cors-any" => Cors::builder().allow_any_origin(),
        "cors-list" => Cors::builder()
            .allow_origins([A, "https://b.example:8443"])
            .allow_null_origin()
            .expose_headers(["X-Count", "X-Next"])
            .allow_private_network(),
        "cors-credentials" => Cors::builder()
            .allow_any_origin()
            .allow_credentials_for([A])
            .expose_headers(["X-Count"]),
        "cors-star" => Cors::builder()
            .allow_origins([A, "https://b.example"])
            .allow_credentials(),
        _ => return None,
    };
    build(policy)
}

fn build(policy: CorsBuilder) -> Option<App> {
    let policy = policy
        .allow_headers(["X-One", "X-Two"])
        .max_age(Duration::from_secs(86_400))
        .preflight_status(StatusCode::OK);
    let mut app = App::with(policy.build().ok()?);
    app.set_automatic_head(false)
        .set_options_status(StatusCode::OK)
        .set_default_media_type(HeaderValue::from_static("application/json"))
        .set_error_serializer(serializer::serialize);
    app.add_route("/c", Shared);
    app.add_route("/c/own", Own);
    app.add_route("/c/options", Options);
    app.add_route("/c/allow", Allow);
    app.add_route("/c/err", Failing);
    app.add_sink("/c/sink", |_: &mut Request, resp: &mut Response| {
        show(resp, &json!({"sink": true}));
        std::future::ready(Ok(()))
    });
    let root = std::env::var_os("MIRROR_STATIC").map(PathBuf::from)?;
    let files = StaticFiles::new(root.join("files")).ok()?;
    app.add_prefix("/c/static", files.dotfiles(true).nosniff(false));
    Some(app)
}

struct Shared;

impl Shared {
    fn answer(resp: &mut Response) {
        show(resp, &json!({"cors": true}));
    }
}

impl Resource for Shared {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        Self::answer(resp);
        Ok(())
    }

    async fn on_post(&self, _req: &mut Request, resp: &mut Response) -> Result {
        Self::answer(resp);
        Ok(())
    }

    async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
        Self::answer(resp);
        Ok(())
    }

    async fn on_delete(&self, _req: &mut Request, resp: &mut Response) -> Result {
        Self::answer(resp);
        Ok(())
    }
}

/// Says something of CORS by itself.
struct Own;

impl Resource for Own {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_header("access-control-allow-origin", "https://own.example")?;
        show(resp, &json!({"own": true}));
        Ok(())
    }
}

/// Answers OPTIONS by itself, without `Allow`.
struct Options;

impl Resource for Options {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        show(resp, &json!({}));
        Ok(())
    }

    async fn on_options(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_status(StatusCode::NO_CONTENT)
            .set_header("x-responder", "on_options")?;
        Ok(())
    }
}

/// Answers OPTIONS by itself, with `Allow`.
struct Allow;

impl Resource for Allow {
    async fn on_options(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_header("allow", "GET, PUT")?;
        Ok(())
    }
}

struct Failing;

impl Resource for Failing {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::forbidden().title("No"))?
    }

    async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(unexpected("it broke"))
    }
}
