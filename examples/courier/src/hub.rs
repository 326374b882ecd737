//! Who waits for what, and how they are woken.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// Wakes those who wait for a command of an agent, or for the end of a command, by its id.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Mutex<HashMap<String, Arc<Notify>>>,
    stopping: AtomicBool,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Notify>>> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes all who wait for this id.
    pub(crate) fn wake(&self, id: &str) {
        if let Some(notify) = self.lock().get(id) {
            notify.notify_waiters();
        }
    }

    /// Wakes everybody, for good.
    pub(crate) fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
        self.lock()
            .values()
            .for_each(|notify| notify.notify_waiters());
    }

    /// Looks until there is something to be found, for at most so long, and again each time the id
    /// is woken. What the last look found is returned; it comes after the wait.
    pub(crate) async fn look<T, E, F>(
        &self,
        id: &str,
        wait: Duration,
        mut look: impl FnMut() -> F,
        is_found: impl Fn(&T) -> bool,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let deadline = Instant::now() + wait;
        let entry = Entry::new(self, id);
        loop {
            let mut woken = pin!(entry.notify.notified());
            // From here on a wake is noticed, though it come while we look.
            woken.as_mut().enable();
            let found = look().await?;
            if wait.is_zero() || is_found(&found) || self.0.stopping.load(Ordering::Relaxed) {
                return Ok(found);
            }
            if timeout_at(deadline, woken).await.is_err() {
                // What was found may have changed since without being what was looked for.
                return look().await;
            }
        }
    }
}

/// A place among those who wait for an id, given up when it is dropped.
struct Entry<'a> {
    hub: &'a Hub,
    id: &'a str,
    notify: Arc<Notify>,
}

impl<'a> Entry<'a> {
    fn new(hub: &'a Hub, id: &'a str) -> Self {
        let notify = Arc::clone(hub.lock().entry(id.to_owned()).or_default());
        Self { hub, id, notify }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut waiting = self.hub.lock();
        // The map's own handle and this one: nobody else waits.
        if Arc::strong_count(&self.notify) == 2 {
            waiting.remove(self.id);
        }
    }
}
