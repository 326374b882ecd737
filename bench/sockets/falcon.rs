//! Falcon behind its own server.

use falcon::prelude::*;
use falcon::server::Server;

pub const SERVERS: &[(&str, fn(u16))] = &[("falcon", run)];

struct Hello;

impl Resource for Hello {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(crate::HELLO);
        Ok(())
    }
}

struct Json;

impl Resource for Json {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_media(&crate::message())?;
        Ok(())
    }
}

fn run(port: u16) {
    let mut app = App::new();
    app.add_route("/", Hello);
    app.add_route("/json", Json);
    let server = Server::new(app)
        .unwrap()
        .workers(crate::threads())
        .banner(false);
    server.bind(("127.0.0.1", port)).unwrap().serve().unwrap();
}
