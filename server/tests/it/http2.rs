//! HTTP/2 by prior knowledge, beside HTTP/1.1 on the same port.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::{assert_took, connect, exchange, serve};

type Request = hyper::Request<Empty<bytes::Bytes>>;
type Driver = tokio::task::JoinHandle<hyper::Result<()>>;

async fn handshake(addr: SocketAddr) -> (http2::SendRequest<Empty<bytes::Bytes>>, Driver) {
    let stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    let (executor, io) = (TokioExecutor::new(), TokioIo::new(stream));
    let (sender, connection) = http2::handshake(executor, io).await.unwrap();
    (sender, tokio::spawn(connection))
}

fn get(addr: SocketAddr) -> Request {
    hyper::Request::get(format!("http://{addr}/"))
        .body(Empty::new())
        .unwrap()
}

#[tokio::test]
async fn both_protocols_are_spoken_on_one_port() {
    let server = serve(|server| server.http2_prior_knowledge(true));
    let addr = server.local_addr();
    let (mut sender, driver) = handshake(addr).await;
    for _ in 0..3 {
        let response = sender.send_request(get(addr)).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.version()),
            (200, hyper::Version::HTTP_2)
        );
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            "hello"
        );
    }
    let http1 = tokio::task::spawn_blocking(move || {
        exchange(
            &server,
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        )
    });
    assert!(http1.await.unwrap().ends_with("hello"));
    drop(sender);
    driver.abort();
}

#[test]
fn an_idle_or_unfinished_connection_is_closed() {
    let server = serve(|server| server.http2_prior_knowledge(true));
    for (bytes, millis) in [
        ("", 300),
        ("P", 300),
        ("PRI * HT", 300),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 270),
    ] {
        let since = Instant::now();
        let mut stream = connect(server.local_addr());
        stream.write_all(bytes.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ended = stream.read_to_end(&mut answer);
        assert_took(since, millis);
    }
}

#[tokio::test]
async fn a_connection_without_streams_is_told_to_go_away() {
    let server = serve(|server| server.http2_prior_knowledge(true));
    let addr = server.local_addr();
    let (mut sender, driver) = handshake(addr).await;
    let request = get(addr);
    sender
        .send_request(request)
        .await
        .unwrap()
        .into_body()
        .collect()
        .await
        .unwrap();
    let since = Instant::now();
    let ended = tokio::time::timeout(Duration::from_secs(5), driver)
        .await
        .unwrap()
        .unwrap();
    assert!(ended.is_ok(), "a clean end: {ended:?}");
    assert!(
        since.elapsed() >= Duration::from_millis(450),
        "{:?}",
        since.elapsed()
    );
}
