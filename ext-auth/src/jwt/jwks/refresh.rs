//! Fetching anew: one at a time, and not too often.

use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};
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
    /// Whether the last one brought nothing.
    has_failed: bool,
    /// By numbers, so that who gives up takes its own away.
    waiting: HashMap<u64, Waker>,
    next: u64,
}

/// While there are no keys at all, they are asked for more often.
const FLOOR_WITHOUT: Duration = Duration::from_secs(5);

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
        let floor = source.floor();
        let mut flight = source.flight();
        // A clock that was set back has not been early for long.
        let is_early = |began| now.duration_since(began).is_ok_and(|since| since < floor);
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
        let settings = &self.settings;
        let fetch = AssertUnwindSafe(|| {
            let fetched = settings.fetch.fetch()?;
            let (floor, stale_for) = (settings.floor, settings.stale_for);
            Set::read(&fetched, &settings.algorithms, self.now(), floor, stale_for)
        });
        let outcome = catch_unwind(fetch);
        self.land(outcome.unwrap_or_else(|_| Err("the fetch panicked".into())));
    }

    /// Whatever comes of it, those who wait go on.
    fn land(&self, outcome: Result<Set, BoxError>) {
        let has_failed = outcome.is_err();
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
        flight.has_failed = has_failed;
        let waiting = std::mem::take(&mut flight.waiting);
        drop(flight);
        waiting.into_values().for_each(Waker::wake);
    }

    /// Waits until the keys that are on their way are here, or will not come.
    pub(super) fn landed(&self) -> Landed<'_> {
        Landed(self, None)
    }

    /// Whether the last fetch brought nothing.
    pub(super) fn has_failed(&self) -> bool {
        self.flight().has_failed
    }

    fn floor(&self) -> Duration {
        let has_some = self.set().is_some_and(|set| set.is_good(self.now()));
        let floor = self.settings.floor;
        if has_some {
            floor
        } else {
            floor.min(FLOOR_WITHOUT)
        }
    }

    /// How long it takes until there may be another fetch.
    pub(super) fn wait(&self) -> Duration {
        let floor = self.floor();
        let since = self
            .flight()
            .began
            .and_then(|began| self.now().duration_since(began).ok());
        let wait = since.map_or(floor, |since| floor.saturating_sub(since));
        wait.max(Duration::from_secs(1))
    }
}

/// Ready once no fetch is on its way.
pub(super) struct Landed<'s>(&'s Source, Option<u64>);

impl Future for Landed<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut flight = self.0.flight();
        if !flight.is_on {
            return Poll::Ready(());
        }
        let id = self.1.unwrap_or(flight.next);
        flight.next = flight.next.max(id.wrapping_add(1));
        flight.waiting.insert(id, cx.waker().clone());
        drop(flight);
        self.1 = Some(id);
        Poll::Pending
    }
}

impl Drop for Landed<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.1 {
            self.0.flight().waiting.remove(&id);
        }
    }
}
