//! Threads for what takes long and waits for nothing: a few, and a bounded line before them.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Poll, Waker};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// How many wait for each thread.
const LINE: usize = 4;

/// The threads are made when they are needed first, and end with the pool.
pub(crate) struct Pool(OnceLock<SyncSender<Job>>);

/// What comes of a job, and who waits for it.
struct Slot<T> {
    outcome: Poll<Option<T>>,
    waker: Option<Waker>,
}

impl Pool {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Runs something off this thread, and returns what comes of it: `None` of a panic. `None` at once,
    /// where the line is full.
    pub(crate) fn run<T, W>(
        &self,
        work: W,
    ) -> Option<impl Future<Output = Option<T>> + Send + use<T, W>>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(Slot {
            outcome: Poll::Pending,
            waker: None,
        }));
        let theirs = Arc::clone(&slot);
        let job = Box::new(move || {
            // Nobody waits any more: the client is gone.
            if Arc::strong_count(&theirs) > 1 {
                let outcome = catch_unwind(AssertUnwindSafe(work)).ok();
                let mut slot = theirs.lock().unwrap_or_else(PoisonError::into_inner);
                slot.outcome = Poll::Ready(outcome);
                let waker = slot.waker.take();
                drop(slot);
                waker.into_iter().for_each(Waker::wake);
            }
        });
        self.0.get_or_init(start).try_send(job).ok()?;
        Some(std::future::poll_fn(move |cx| {
            let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            let outcome = std::mem::replace(&mut slot.outcome, Poll::Pending);
            if outcome.is_pending() {
                slot.waker = Some(cx.waker().clone());
            }
            outcome
        }))
    }
}

fn start() -> SyncSender<Job> {
    let count = thread::available_parallelism().map_or(1, usize::from);
    let (sender, jobs) = sync_channel(LINE * count);
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..count {
        let jobs = Arc::clone(&jobs);
        let named = thread::Builder::new().name("falcon-auth".to_owned());
        // Without any thread the line stays full, and every request is answered with 503.
        drop(named.spawn(move || work(&jobs)));
    }
    sender
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}
