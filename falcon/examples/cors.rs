//! An API for pages of other origins, and a server of such pages: what a browser makes of CORS can be
//! seen in its console.
//!
//! `cargo run -p falcon-web --example cors --features cors` prints two addresses. The first serves empty
//! pages, the second the API: `/things` for pages of the first, with credentials; `/any` for everybody;
//! `/own` for nobody; `/old`, which redirects to `/things`; `/broken`, which takes too long, panics, or is
//! sent too much.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use falcon::BodyLimit;
use falcon::cors::Cors;
use falcon::prelude::*;
use falcon::server::{HandlerTimeout, Server};

/// A page that does nothing; `/frame` holds a frame of no origin.
struct Page;

impl Resource for Page {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_content(
            "text/html; charset=utf-8".parse()?,
            "<!doctype html><title>page</title>",
        );
        Ok(())
    }
}

struct Frame;

impl Resource for Frame {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let page = "<!doctype html><title>frame</title>\
                    <iframe sandbox=\"allow-scripts\" srcdoc=\"<!doctype html>\"></iframe>";
        resp.set_content("text/html; charset=utf-8".parse()?, page);
        Ok(())
    }
}

/// Tells what it was asked, and how often it was asked whether it may be asked.
#[derive(Default)]
struct Things;

static PREFLIGHTS: AtomicU32 = AtomicU32::new(0);

impl Things {
    fn tell(req: &Request, resp: &mut Response) -> Result {
        let cookie = req.header("cookie").unwrap_or("none");
        let preflights = PREFLIGHTS.load(Ordering::Relaxed);
        resp.set_text(format!(
            "{} cookie={cookie} preflights={preflights}",
            req.method()
        ));
        resp.set_header("x-count", "3")?
            .set_header("x-hidden", "4")?;
        Ok(())
    }
}

impl Resource for Things {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.append_header("set-cookie", "session=1; Path=/; SameSite=Lax")?;
        Self::tell(req, resp)
    }

    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        Self::tell(req, resp)
    }

    async fn on_delete(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::conflict().detail("it is in use"))?
    }
}

struct Old;

impl Resource for Old {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpStatus::found("/things"))?
    }
}

/// Goes wrong in ways that no responder answers for.
struct Broken;

impl Resource for Broken {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        std::future::pending().await
    }

    async fn on_put(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        unreachable!("a panic on purpose")
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_body(req.read_body().await?);
        Ok(())
    }
}

/// Counts preflights.
struct Count;

impl Middleware for Count {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        if req.header("access-control-request-method").is_some() {
            PREFLIGHTS.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Knows nobody: what gets here without being a preflight for `/locked` is refused.
struct Locked;

impl Hook for Locked {
    async fn run(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::unauthorized("Bearer"))?
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut pages = App::new();
    pages.add_route("/", Page);
    pages.add_route("/frame", Frame);
    let pages = Server::new(pages)?.bind("127.0.0.1:0")?.start()?;
    let origin = format!("http://{}", pages.local_addr());
    let policy = Cors::builder()
        .allow_origin(origin.as_str())
        .allow_credentials()
        .allow_headers(["content-type", "x-request-id"])
        .expose_headers(["x-count"])
        .max_age(Duration::from_secs(60));
    let mut api = App::with((Count, policy.build()?));
    api.add_route("/things", Things);
    api.add_route("/old", Old);
    api.add_route("/broken", Broken)
        .with(HandlerTimeout::after(Duration::from_millis(100)))
        .with(BodyLimit::bytes(4));
    api.add_route("/locked", Things).before(Locked);
    api.add_route("/any", Things)
        .with(Cors::builder().allow_any_origin().build()?);
    api.add_route("/null", Things)
        .with(Cors::builder().allow_null_origin().build()?);
    api.add_route("/own", Things).with(Cors::off());
    let api = Server::new(api)?.bind("127.0.0.1:0")?.start()?;
    #[expect(clippy::print_stdout, reason = "a program tells where it is")]
    {
        println!("{origin}\nhttp://{}", api.local_addr());
    }
    api.wait()?;
    Ok(())
}
