#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! The server over real sockets: raw bytes in, raw bytes out.

mod bodies;
mod catalogue;
mod conditional;
mod gate;
#[cfg(feature = "http2")]
mod http2;
mod serving;
mod stopping;
mod timeouts;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use falcon_core::{App, Body, HttpError, Middleware, Request, Resource, Response, Result};
use falcon_server::{HandlerTimeout, Running, Server};

pub(crate) struct Hello;

impl Resource for Hello {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        assert!(req.peer_addr().is_some_and(|peer| peer.ip().is_loopback()));
        resp.set_text("hello");
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(req.read_body().await?);
        Ok(())
    }

    async fn on_delete(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        panic!("a responder that panics")
    }
}

/// Tells which host it was asked for.
struct Host;

impl Resource for Host {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let host = req.host().unwrap_or_default().into_owned();
        resp.set_text(host);
        Ok(())
    }
}

/// Answers after so many milliseconds.
struct Slow;

impl Resource for Slow {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let millis = req.param_as("ms")?;
        tokio::time::sleep(Duration::from_millis(millis)).await;
        resp.set_text("slow");
        Ok(())
    }
}

/// Sends more than any socket buffers.
struct Large;

impl Resource for Large {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let chunk = bytes::Bytes::from(vec![b'x'; 1 << 20]);
        let chunks =
            futures_util::stream::iter((0..64).map(move |_| Ok::<_, HttpError>(chunk.clone())));
        resp.set_body(Body::stream(chunks));
        Ok(())
    }
}

/// The same at once, in one piece.
struct Whole;

impl Resource for Whole {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_body(vec![b'x'; 33 << 20]);
        Ok(())
    }
}

/// Sends a word now and then.
struct Drip;

impl Resource for Drip {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let words =
            futures_util::stream::unfold(["a", "b", "c", "end"].into_iter(), |mut words| async {
                tokio::time::sleep(Duration::from_millis(120)).await;
                words.next().map(|word| (Ok::<_, HttpError>(word), words))
            });
        resp.set_body(Body::stream(words));
        Ok(())
    }
}

/// Signs every answer, and takes its time for that where it is asked to.
pub(crate) struct Signing;

impl Middleware for Signing {
    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        if req.query_string() == "dawdle" {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        resp.set_header("x-signed", "yes")?;
        Ok(())
    }
}

pub(crate) fn app() -> App {
    let mut app = App::with(Signing);
    app.add_route("/", Hello);
    app.add_route("/host", Host);
    app.add_route("/slow/{ms:int}", Slow);
    app.add_route("/patient/{ms:int}", Slow)
        .with(HandlerTimeout::after(Duration::from_secs(60)));
    app.add_route("/large", Large);
    app.add_route("/whole", Whole);
    app.add_route("/drip", Drip);
    app
}

/// Serves with short limits.
pub(crate) fn serve(configure: impl FnOnce(Server) -> Server) -> Running {
    let server = Server::new(app())
        .unwrap()
        .workers(1)
        .first_byte_timeout(Duration::from_millis(300))
        .header_timeout(Duration::from_millis(300))
        .idle_timeout(Duration::from_millis(600))
        .body_timeout(Duration::from_millis(300))
        .write_timeout(Duration::from_millis(400))
        .handler_timeout(Duration::from_millis(400))
        .drain_timeout(Duration::from_secs(5));
    configure(server)
        .bind("127.0.0.1:0")
        .unwrap()
        .start()
        .unwrap()
}

/// A connection on which nothing waits for longer than a test may.
pub(crate) fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream
}

/// Sends bytes and reads until the connection is closed.
pub(crate) fn exchange(server: &Running, request: &str) -> String {
    let mut stream = connect(server.local_addr());
    stream.write_all(request.as_bytes()).unwrap();
    read_to_end(&mut stream)
}

pub(crate) fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is an end too.
    let _ended = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads one response whose body has so many bytes.
pub(crate) fn read_response(stream: &mut TcpStream, body: usize) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        answer.extend(byte);
    }
    let mut rest = vec![0; body];
    stream.read_exact(&mut rest).unwrap();
    answer.extend(rest);
    String::from_utf8(answer).unwrap()
}

/// Asserts that something took so long, with room for a busy machine.
pub(crate) fn assert_took(since: Instant, millis: u64) {
    let took = since.elapsed();
    let least = Duration::from_millis(millis);
    assert!(
        took >= least.mul_f64(0.9) && took < least + Duration::from_millis(1500),
        "{took:?} is not about {least:?}"
    );
}
