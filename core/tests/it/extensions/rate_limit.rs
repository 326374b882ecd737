//! A rate limit that also counts what is in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use falcon_core::{HttpError, Middleware, Request, Response, Result};
use http::HeaderName;

pub(super) struct RateLimit {
    most: u64,
    used: AtomicU64,
    in_flight: Arc<AtomicU64>,
}

struct Left(u64);

impl RateLimit {
    pub(super) fn new(most: u64) -> Self {
        Self {
            most,
            used: AtomicU64::new(0),
            in_flight: Arc::default(),
        }
    }

    pub(super) fn in_flight(&self) -> impl Fn() -> u64 + use<> {
        let in_flight = Arc::clone(&self.in_flight);
        move || in_flight.load(Relaxed)
    }
}

impl Middleware for RateLimit {
    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        let used = self.used.fetch_add(1, Relaxed) + 1;
        self.in_flight.fetch_add(1, Relaxed);
        let in_flight = Arc::clone(&self.in_flight);
        resp.on_end(move |_| {
            in_flight.fetch_sub(1, Relaxed);
        });
        req.context_mut()
            .insert(Left(self.most.saturating_sub(used)));
        if used > self.most {
            Err(HttpError::too_many_requests(1).into())
        } else {
            Ok(())
        }
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        if let Some(left) = req.context().get::<Left>() {
            resp.headers_mut().insert(
                HeaderName::from_static("ratelimit-remaining"),
                left.0.into(),
            );
        }
        Ok(())
    }
}
