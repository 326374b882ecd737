//! Fetching anew: one at a time, and not too often.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, SystemTime};

use falcon_core::BoxError;

use super::{Jwks, Set};
use crate::jwt::Clock;

pub(super) struct Source {
    settings: Jwks,
    clock: Arc<Clock>,
    set: RwLock<Option<Arc<Set>>>,
    flight: Mutex<Flight>,
}

/// The fetch that is on its way, if one is.
#[derive(Default)]
struct Flight {
    is_on: bool,
    began: Option<SystemTime>,
    waiting: Vec<Waker>,
}

impl Source {
    pub(super) fn new(settings: Jwks, clock: Arc<Clock>) -> Self {
        Self {
            settings,
            clock,
            set: RwLock::new(None),
            flight: Mutex::default(),
        }
    }

    pub(super) fn now(&self) -> SystemTime {
        (self.clock)()
    }

    pub(super) fn set(&self) -> Option<Arc<Set>> {
        self.set
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn flight(&self) -> MutexGuard<'_, Flight> {
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the keys fetched, if that may be, and tells whether they are on their way.
    pub(super) fn refresh(source: &Arc<Self>, now: SystemTime) -> bool {
        let mut flight = source.flight();
        let is_early = |began: SystemTime| now < began + source.settings.floor;
        if flight.is_on || flight.began.is_some_and(is_early) {
            return flight.is_on;
        }
        flight.is_on = true;
        flight.began = Some(now);
        drop(flight);
        let theirs = Arc::clone(source);
        let thread = thread::Builder::new().name("falcon-auth-keys".to_owned());
        if let Err(why) = thread.spawn(move || theirs.fly()) {
            source.land(Err(why.into()));
        }
        true
    }

    fn fly(&self) {
        let fetch = AssertUnwindSafe(|| self.settings.fetch.fetch());
        let fetched = catch_unwind(fetch).unwrap_or_else(|_| Err("the fetch panicked".into()));
        let settings = &self.settings;
        let read = |fetched| {
            let (floor, stale_for) = (settings.floor, settings.stale_for);
            Set::read(&fetched, &settings.algorithms, self.now(), floor, stale_for)
        };
        self.land(fetched.and_then(read));
    }

    /// Whatever comes of it, those who wait go on.
    fn land(&self, outcome: Result<Set, BoxError>) {
        match outcome {
            Ok(set) => {
                let set = Some(Arc::new(set));
                *self.set.write().unwrap_or_else(PoisonError::into_inner) = set;
            }
            // What is there stays, as long as it is good.
            Err(why) => {
                let tell = AssertUnwindSafe(|| (self.settings.on_error)(&why));
                if catch_unwind(tell).is_err() {}
            }
        }
        let mut flight = self.flight();
        flight.is_on = false;
        let waiting = std::mem::take(&mut flight.waiting);
        drop(flight);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Waits until the keys that are on their way are here, or will not come.
    pub(super) async fn landed(&self) {
        poll_fn(|cx| {
            let mut flight = self.flight();
            if !flight.is_on {
                return Poll::Ready(());
            }
            if !flight
                .waiting
                .iter()
                .any(|waker| waker.will_wake(cx.waker()))
            {
                flight.waiting.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    /// How long it takes until there may be another fetch.
    pub(super) fn wait(&self) -> Duration {
        let next = self.flight().began.map(|began| began + self.settings.floor);
        let wait = next.and_then(|next| next.duration_since(self.now()).ok());
        wait.unwrap_or_default().max(Duration::from_secs(1))
    }
}
