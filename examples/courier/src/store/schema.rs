//! The tables.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

const VERSION: i32 = 1;

const TABLES: &str = "
CREATE TABLE agents (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
    hostname      TEXT NOT NULL UNIQUE,
    platform      TEXT NOT NULL,
    version       TEXT NOT NULL,
    labels        TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    last_seen_at  INTEGER,
    revision      INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE commands (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
    agent_id     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    args         TEXT NOT NULL,
    timeout_ms   INTEGER NOT NULL,
    state        TEXT NOT NULL DEFAULT 'queued',
    result       TEXT,
    posted_at    INTEGER NOT NULL,
    delivered_at INTEGER,
    due_at       INTEGER,
    done_at      INTEGER,
    requeued     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX queued ON commands (agent_id, sequence) WHERE state = 'queued';
CREATE INDEX open_of_agent ON commands (agent_id) WHERE state IN ('queued', 'delivered');
CREATE INDEX due ON commands (due_at) WHERE state = 'delivered';

CREATE TABLE idempotency (
    agent_id   TEXT NOT NULL,
    key        TEXT NOT NULL,
    request    TEXT NOT NULL,
    command_id TEXT NOT NULL,
    PRIMARY KEY (agent_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE health (checks INTEGER NOT NULL) STRICT;
INSERT INTO health VALUES (0);
";

/// Opens the database, and makes the tables where there are none.
///
/// A commit is on disk when it returns: a write-ahead log, synchronized at every commit.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let mut db = Connection::open(path)?;
    db.busy_timeout(Duration::from_secs(2))?;
    db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "full")?;
    db.set_prepared_statement_cache_capacity(64);
    let found: i32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == 0 {
        let tx = db.transaction()?;
        tx.execute_batch(TABLES)?;
        tx.pragma_update(None, "user_version", VERSION)?;
        tx.commit()?;
    }
    Ok(db)
}
