//! What a server prints when it starts.

use std::io::Write;
use std::net::SocketAddr;

use falcon_core::AppService;

use crate::config::Config;

/// Prints it. A closed output is no reason not to serve.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// The address and the routes.
pub(crate) fn text(service: &AppService, addr: SocketAddr, config: &Config) -> String {
    let protocols = if config.http2 {
        "HTTP/1.1, HTTP/2"
    } else {
        "HTTP/1.1"
    };
    let workers = if config.workers == 1 {
        "1 worker".to_owned()
    } else {
        format!("{} workers", config.workers)
    };
    let version = env!("CARGO_PKG_VERSION");
    let routes: String = service
        .listing()
        .to_string()
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    format!(
        "falcon {version}, {protocols}, {workers}\nlistening on http://{addr}\n\n{routes}\npress Ctrl-C to stop\n"
    )
}
