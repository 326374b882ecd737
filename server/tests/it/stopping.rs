//! A graceful stop: nothing in flight is lost, nothing idle is waited for.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::{connect, read_response, read_to_end, serve};

#[test]
fn idle_connections_do_not_hold_up_a_stop() {
    let server = serve(|server| {
        server
            .first_byte_timeout(Duration::from_secs(60))
            .idle_timeout(Duration::from_secs(60))
    });
    let silent = connect(server.local_addr());
    let mut idle = connect(server.local_addr());
    idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    read_response(&mut idle, 5);
    let mut begun = connect(server.local_addr());
    begun.write_all(b"GET / HT").unwrap();
    let since = Instant::now();
    let addr = server.local_addr();
    server.stop();
    server.wait().unwrap();
    assert!(
        since.elapsed() < Duration::from_secs(2),
        "{:?}",
        since.elapsed()
    );
    for mut stream in [silent, idle, begun] {
        assert_eq!(read_to_end(&mut stream), "");
    }
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn requests_in_flight_are_finished() {
    let told = Arc::new(AtomicBool::new(false));
    let on_stop = Arc::clone(&told);
    let server = serve(|server| {
        server
            .handler_timeout(None)
            .on_stop(move || on_stop.store(true, Ordering::Relaxed))
    });
    let mut stream = connect(server.local_addr());
    stream
        .write_all(b"GET /slow/700 HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    let mut upload = connect(server.local_addr());
    upload
        .write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc")
        .unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "the requests are to be in flight"
    )]
    std::thread::sleep(Duration::from_millis(150));
    server.stop();
    upload.write_all(b"def").unwrap();
    let answers = std::thread::spawn(move || (read_to_end(&mut stream), read_to_end(&mut upload)));
    server.wait().unwrap();
    let (slow, upload) = answers.join().unwrap();
    assert!(
        slow.ends_with("slow") && slow.contains("connection: close"),
        "{slow}"
    );
    assert!(upload.ends_with("abcdef"), "{upload}");
    assert!(told.load(Ordering::Relaxed));
}

#[test]
fn what_does_not_end_in_time_is_cut_off_and_told() {
    let server = serve(|server| {
        server
            .handler_timeout(None)
            .drain_timeout(Duration::from_millis(300))
    });
    let mut stream = connect(server.local_addr());
    stream
        .write_all(b"GET /slow/60000 HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    #[expect(clippy::disallowed_methods, reason = "the request is to be in flight")]
    std::thread::sleep(Duration::from_millis(150));
    server.stop();
    let error = server.wait().unwrap_err();
    assert!(error.is_cut_off(), "{error}");
    assert_eq!(error.to_string(), "1 connection was cut off at the stop");
    assert_eq!(read_to_end(&mut stream), "");
}
