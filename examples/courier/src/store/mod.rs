//! What is stored: one thread owns the database, and commits for many requests at once.

mod agents;
mod commands;
mod schema;
mod thread;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

pub(crate) use self::agents::{AgentFilter, Changed, Registered};
pub(crate) use self::commands::{Delivery, Posted, Reported};
use self::thread::Jobs;
use crate::hub::Hub;

/// The database. Everything that is returned was committed before, and is on disk.
#[derive(Clone)]
pub(crate) struct Store {
    jobs: Arc<Jobs>,
    hub: Hub,
}

impl Store {
    /// Opens the database in a folder, which is made if it is missing.
    pub(crate) fn open(folder: &Path, hub: Hub) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError(Kind::Folder(folder.to_owned(), error)))?;
        let connection = schema::open(&folder.join("courier.sqlite3"))?;
        let jobs = Arc::new(Jobs::start(connection, hub.clone())?);
        Ok(Self { jobs, hub })
    }

    /// Runs a function in the next transaction, and waits until it is committed.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run_or(work, |_| {}).await
    }

    /// The same; what nobody waits for any more is given to `unwanted`, once it is committed.
    async fn run_or<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        unwanted: impl FnOnce(T) + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(work, move |outcome| {
            if let Err(Ok(value)) = answer.send(outcome) {
                unwanted(value);
            }
        });
        answered.await.unwrap_or(Err(StoreError(Kind::Closed)))
    }

    /// Tells whether something can be written: it writes.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.run(|db| {
            db.execute("UPDATE health SET checks = checks + 1", [])
                .map(drop)
        })
        .await
    }
}

/// Why the database did not do it.
#[derive(Debug)]
pub struct StoreError(Kind);

#[derive(Debug)]
enum Kind {
    /// The folder cannot be made.
    Folder(PathBuf, std::io::Error),
    /// SQLite refuses.
    Sqlite(rusqlite::Error),
    /// The transaction that this was a part of could not be committed.
    Commit(String),
    /// The thread that owns the database cannot be started.
    Thread(std::io::Error),
    /// The thread that owns the database has ended.
    Closed,
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Folder(folder, error) => {
                write!(f, "the folder {} cannot be made: {error}", folder.display())
            }
            Kind::Sqlite(error) => write!(f, "the database failed: {error}"),
            Kind::Commit(why) => write!(f, "the database could not commit: {why}"),
            Kind::Thread(error) => write!(f, "the database's thread cannot be started: {error}"),
            Kind::Closed => f.write_str("the database is closed"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self(Kind::Sqlite(error))
    }
}
