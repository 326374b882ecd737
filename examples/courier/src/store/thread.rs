//! The thread that owns the database.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{Kind, StoreError, commands};
use crate::hub::Hub;

/// How many requests share a transaction at most.
const MOST_AT_ONCE: usize = 128;

/// How often commands are looked for whose agent took too long.
const SWEEP: Duration = Duration::from_millis(200);

/// Does the work, and returns what is to be done once it is committed, or is not.
type Job = Box<dyn FnOnce(&Connection) -> After + Send>;
type After = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What the thread is to do. Dropping it ends the thread, once it has done all.
pub(super) struct Jobs {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Jobs {
    pub(super) fn start(db: Connection, hub: Hub) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel();
        let thread = thread::Builder::new().name("courier-store".to_owned());
        let thread = thread
            .spawn(move || run(&db, &jobs, &hub))
            .map_err(|error| StoreError(Kind::Thread(error)))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Has work done in the next transaction; `done` is called with its outcome after the commit.
    pub(super) fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        done: impl FnOnce(Result<T, StoreError>) + Send + 'static,
    ) {
        let job: Job = Box::new(move |db| {
            let outcome = in_savepoint(db, work);
            Box::new(move |committed| done(committed.and_then(|()| Ok(outcome?))))
        });
        if let Some(queue) = &self.queue {
            // A thread that has ended drops the job, and with it whoever waits for it.
            drop(queue.send(job));
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.queue = None;
        // The last handle may be dropped by the thread itself, when it gives up on an answer.
        let other = self
            .thread
            .take()
            .filter(|thread| thread.thread().id() != thread::current().id());
        if let Some(thread) = other {
            drop(thread.join());
        }
    }
}

/// What fails leaves nothing behind, and does not take the others of its transaction with it.
fn in_savepoint<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    db.execute_batch("SAVEPOINT job")?;
    let outcome = work(db);
    if outcome.is_err() {
        db.execute_batch("ROLLBACK TO job")?;
    }
    db.execute_batch("RELEASE job")?;
    outcome
}

fn run(db: &Connection, jobs: &mpsc::Receiver<Job>, hub: &Hub) {
    let mut next_sweep = Instant::now();
    loop {
        match jobs.recv_timeout(next_sweep.saturating_duration_since(Instant::now())) {
            Ok(first) => together(db, first, jobs),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if Instant::now() >= next_sweep {
            // A database that fails here fails for requests too, which tell.
            let overdue = in_savepoint(db, commands::sweep).unwrap_or_default();
            for id in overdue {
                hub.wake(&id);
            }
            next_sweep = Instant::now() + SWEEP;
        }
    }
}

/// Does what waits in one transaction: the disk is waited for once.
fn together(db: &Connection, first: Job, jobs: &mpsc::Receiver<Job>) {
    let begun = db.execute_batch("BEGIN");
    let more = std::iter::from_fn(|| jobs.try_recv().ok());
    let after: Vec<After> = std::iter::once(first)
        .chain(more)
        .take(MOST_AT_ONCE)
        .map(|job| job(db))
        .collect();
    let committed = begun.and_then(|()| db.execute_batch("COMMIT"));
    if committed.is_err() && !db.is_autocommit() {
        // What cannot be rolled back is not committed either.
        drop(db.execute_batch("ROLLBACK"));
    }
    let failed = committed.err().map(|error| error.to_string());
    for after in after {
        after(match &failed {
            None => Ok(()),
            Some(why) => Err(StoreError(Kind::Commit(why.clone()))),
        });
    }
}
