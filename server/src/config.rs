//! What a server was told.

use std::time::Duration;

#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) workers: usize,
    pub(crate) max_connections: usize,
    pub(crate) first_byte_timeout: Duration,
    pub(crate) header_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) handler_timeout: Option<Duration>,
    pub(crate) drain_timeout: Duration,
    pub(crate) http2: bool,
    pub(crate) banner: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            max_connections: 10_000,
            first_byte_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(15),
            write_timeout: Duration::from_secs(30),
            handler_timeout: Some(Duration::from_secs(30)),
            drain_timeout: Duration::from_secs(30),
            http2: false,
            banner: true,
        }
    }
}
