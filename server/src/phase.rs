//! What a connection is doing, which decides how long it may stay silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::Config;

/// What a connection is doing. The reading half and the requests in flight share it; all of them
/// run on one thread, one after another, so that no order between the fields has to be kept.
pub(crate) struct Activity {
    opened: Instant,
    phase: AtomicU8,
    /// When the phase began, in microseconds since the connection was opened.
    since: AtomicU64,
    in_flight: AtomicU32,
    answering: AtomicBool,
    ended: AtomicBool,
    had_body: AtomicBool,
    requests: AtomicU32,
}

/// How long after its beginning a request is answered though its peer has closed its side.
const GRACE: Duration = Duration::from_millis(50);

/// The clock was not read since the phase began.
const UNKNOWN: u64 = u64::MAX;

/// Nothing was read yet.
const FIRST: u8 = 0;
/// A part of a request's head was read.
const HEAD: u8 = 1;
/// At least one request is in flight.
const BUSY: u8 = 2;
/// Between requests.
const IDLE: u8 = 3;

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            opened: Instant::now(),
            phase: AtomicU8::new(FIRST),
            since: AtomicU64::new(0),
            in_flight: AtomicU32::new(0),
            answering: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            had_body: AtomicBool::new(false),
            requests: AtomicU32::new(0),
        })
    }

    fn enter(&self, phase: u8) {
        self.since.store(UNKNOWN, Relaxed);
        self.phase.store(phase, Relaxed);
    }

    /// When the phase began: when somebody asked first, since nobody waits before that. A head that
    /// comes in one piece thus costs no look at the clock.
    fn began(&self) -> Duration {
        let since = match self.since.load(Relaxed) {
            UNKNOWN => {
                let now = u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX - 1);
                self.since.store(now, Relaxed);
                now
            }
            since => since,
        };
        Duration::from_micros(since)
    }

    /// Bytes came in. Between requests they begin a head in HTTP/1; in HTTP/2 they may be anything,
    /// and a peer that only sends pings is idle. Returns whether a head begins for
    /// certain: after a request with a body, it may be what nobody read of it.
    pub(crate) fn read(&self, is_http1: bool) -> bool {
        let phase = self.phase.load(Relaxed);
        let begins = phase == FIRST || (phase == IDLE && is_http1);
        if begins {
            self.enter(HEAD);
        }
        begins && !self.had_body.load(Relaxed)
    }

    /// A request's head is whole. The guard is kept until its response was handed on.
    pub(crate) fn request(self: &Arc<Self>, has_body: bool) -> InFlight {
        if has_body {
            self.had_body.store(true, Relaxed);
        }
        self.in_flight.fetch_add(1, Relaxed);
        self.requests.fetch_add(1, Relaxed);
        self.answering.store(false, Relaxed);
        self.enter(BUSY);
        InFlight(Arc::clone(self))
    }

    /// The head of a response is there.
    pub(crate) fn answer(&self) {
        self.answering.store(true, Relaxed);
    }

    /// Bytes went out. A response may still be on its way long after its last byte was handed on:
    /// the peer is silent only from the moment in which it has all.
    pub(crate) fn wrote(&self) {
        if self.phase.load(Relaxed) == IDLE {
            self.since.store(UNKNOWN, Relaxed);
        }
    }

    /// Until when something must be read; `None` while a request is in flight.
    pub(crate) fn deadline(&self, config: &Config) -> Option<Instant> {
        let limit = match self.phase.load(Relaxed) {
            FIRST => config.first_byte_timeout,
            HEAD => config.header_timeout,
            IDLE => config.idle_timeout,
            _ => {
                // From now on somebody waits for it.
                self.began();
                return None;
            }
        };
        self.opened.checked_add(self.began().saturating_add(limit))
    }

    /// Whether a head was begun and not finished: its client deserves an answer.
    pub(crate) fn in_head(&self) -> bool {
        self.phase.load(Relaxed) == HEAD
    }

    /// Until when a request goes on whose peer has closed its side; `None` for as long as it takes.
    ///
    /// A peer may have gone, and then nothing more should be done for it. It may also have said all
    /// that it had to say, and wait for the answer: it gets one that is there soon, and any that is
    /// on its way already.
    pub(crate) fn gives_up(&self) -> Option<Instant> {
        match self.phase.load(Relaxed) {
            BUSY if self.answering.load(Relaxed) => None,
            BUSY => self.opened.checked_add(self.began() + GRACE),
            _ => Some(self.opened),
        }
    }

    /// The peer has closed its side.
    pub(crate) fn end(&self) {
        self.ended.store(true, Relaxed);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Relaxed)
    }

    /// Whether a request is in flight.
    pub(crate) fn is_busy(&self) -> bool {
        self.phase.load(Relaxed) == BUSY
    }

    /// Whether no request ever came: nothing can be lost by closing.
    pub(crate) fn is_unused(&self) -> bool {
        self.requests.load(Relaxed) == 0
    }
}

/// A request in flight.
pub(crate) struct InFlight(Arc<Activity>);

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Relaxed) == 1 {
            self.0.enter(IDLE);
        }
    }
}
