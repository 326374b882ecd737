//! Commands: posted, delivered, done; or delivered again, and in the end expired.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::{Store, StoreError};
use crate::model::{Command, NewCommand, Outcome, OutcomeStatus, State};
use crate::time::Time;

/// How long an agent may take where the command does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a command is queued again before it expires.
const MOST_REQUEUES: i64 = 3;

/// What became of a command that was posted.
pub(crate) enum Posted {
    Now(Command),
    AgentUnknown,
    /// The idempotency key was used for another request.
    KeyReused,
}

/// What there is for an agent that asks.
pub(crate) enum Delivery {
    Command(Command),
    Nothing,
    AgentUnknown,
}

/// What became of a result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reported {
    Now,
    /// The same result was there already.
    Again,
    Unknown,
    /// There is another result.
    Other,
    /// The command expired.
    Expired,
}

impl Store {
    pub(crate) async fn post(
        &self,
        agent_id: String,
        new: NewCommand,
        key: Option<String>,
    ) -> Result<Posted, StoreError> {
        self.run(move |db| post(db, &agent_id, &new, key.as_deref()))
            .await
    }

    /// Delivers the oldest queued command of an agent.
    ///
    /// Whoever asked may have gone by then: the command is queued again at once.
    pub(crate) async fn deliver(&self, agent_id: String) -> Result<Delivery, StoreError> {
        let store = self.clone();
        let unwanted = move |delivery| {
            if let Delivery::Command(command) = delivery {
                store.put_back(command.id, command.agent_id);
            }
        };
        let delivery = self
            .run_or(move |db| deliver(db, &agent_id), unwanted)
            .await?;
        if let Delivery::Command(command) = &delivery {
            // Whoever waits for its end sees that it is on its way.
            self.hub.wake(&command.id);
        }
        Ok(delivery)
    }

    /// Tells whether a command is queued for an agent; `None` if there is no such agent.
    pub(crate) async fn is_queued(&self, agent_id: String) -> Result<Option<bool>, StoreError> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM commands WHERE agent_id = agents.id AND state = 'queued')
             FROM agents WHERE id = ?";
        self.run(move |db| db.query_row(sql, [agent_id], |row| row.get(0)).optional())
            .await
    }

    /// Queues a command again that was not received, without counting it, and wakes the agent's
    /// other polls.
    pub(crate) fn put_back(&self, id: String, agent_id: String) {
        let sql = "UPDATE commands SET state = 'queued', delivered_at = NULL, due_at = NULL
             WHERE id = ? AND state = 'delivered'";
        let hub = self.hub.clone();
        self.jobs.send(
            move |db| db.execute(sql, [id]),
            move |_| hub.wake(&agent_id),
        );
    }

    pub(crate) async fn command(&self, id: String) -> Result<Option<Command>, StoreError> {
        self.run(move |db| find(db, &id)).await
    }

    pub(crate) async fn report(
        &self,
        id: String,
        outcome: Outcome,
    ) -> Result<Reported, StoreError> {
        self.run(move |db| report(db, &id, &outcome)).await
    }
}

const COLUMNS: &str = "id, agent_id, kind, args, state, result, posted_at, delivered_at, done_at";

fn post(
    db: &Connection,
    agent_id: &str,
    new: &NewCommand,
    key: Option<&str>,
) -> rusqlite::Result<Posted> {
    let known = db
        .prepare_cached("SELECT 1 FROM agents WHERE id = ?")?
        .exists([agent_id])?;
    if !known {
        return Ok(Posted::AgentUnknown);
    }
    let request = json(new)?;
    if let Some(key) = key {
        let sql = "SELECT request, command_id FROM idempotency WHERE agent_id = ? AND key = ?";
        let first: Option<(String, String)> = db
            .prepare_cached(sql)?
            .query_row([agent_id, key], |row| row.try_into())
            .optional()?;
        match first {
            Some((first, _)) if first != request => return Ok(Posted::KeyReused),
            Some((_, id)) => return Ok(as_posted(find(db, &id)?)),
            None => {}
        }
    }
    let sql = format!(
        "INSERT INTO commands (agent_id, kind, args, timeout_ms, posted_at) VALUES (?, ?, ?, ?, ?) RETURNING {COLUMNS}"
    );
    let timeout = new.timeout_s.map_or(DEFAULT_TIMEOUT, |timeout| {
        Duration::from_secs(timeout.into())
    });
    let timeout = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
    let args = json(&new.args.clone().unwrap_or_default())?;
    let values = params![agent_id, new.kind.0, args, timeout, Time::now().0];
    let command = db.prepare_cached(&sql)?.query_row(values, read)?;
    if let Some(key) = key {
        db.execute(
            "INSERT INTO idempotency VALUES (?, ?, ?, ?)",
            [agent_id, key, &request, &command.id],
        )?;
    }
    Ok(Posted::Now(command))
}

/// A command as it was when it was posted, whatever has become of it since.
fn as_posted(command: Option<Command>) -> Posted {
    let fresh = |command| Command {
        state: State::Queued,
        result: None,
        delivered_at: None,
        done_at: None,
        ..command
    };
    command.map_or(Posted::AgentUnknown, |command| Posted::Now(fresh(command)))
}

fn deliver(db: &Connection, agent_id: &str) -> rusqlite::Result<Delivery> {
    let now = Time::now().0;
    let seen = db
        .prepare_cached("UPDATE agents SET last_seen_at = ? WHERE id = ?")?
        .execute(params![now, agent_id])?;
    if seen == 0 {
        return Ok(Delivery::AgentUnknown);
    }
    let sql = format!(
        "UPDATE commands SET state = 'delivered', delivered_at = ?1, due_at = ?1 + timeout_ms
         WHERE sequence = (SELECT min(sequence) FROM commands WHERE agent_id = ?2 AND state = 'queued')
         RETURNING {COLUMNS}"
    );
    let command = db
        .prepare_cached(&sql)?
        .query_row(params![now, agent_id], read)
        .optional()?;
    Ok(command.map_or(Delivery::Nothing, Delivery::Command))
}

fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Command>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM commands WHERE id = ?"))?
        .query_row([id], read)
        .optional()
}

fn report(db: &Connection, id: &str, outcome: &Outcome) -> rusqlite::Result<Reported> {
    let Some(command) = find(db, id)? else {
        return Ok(Reported::Unknown);
    };
    if let Some(first) = &command.result {
        return Ok(if first == outcome {
            Reported::Again
        } else {
            Reported::Other
        });
    }
    if !command.state.is_open() {
        return Ok(Reported::Expired);
    }
    let state = match outcome.status {
        OutcomeStatus::Ok => State::Done,
        OutcomeStatus::Failed => State::Failed,
    };
    db.prepare_cached(
        "UPDATE commands SET state = ?, result = ?, done_at = ?, due_at = NULL WHERE id = ?",
    )?
    .execute(params![state.as_str(), json(outcome)?, Time::now().0, id])?;
    Ok(Reported::Now)
}

/// Queues again, or lets expire, what was delivered and has no result in time. It returns the ids
/// of the agents and the commands for which somebody may wait.
pub(super) fn sweep(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let now = Time::now().0;
    if !db
        .prepare_cached("SELECT 1 FROM commands WHERE state = 'delivered' AND due_at <= ?")?
        .exists([now])?
    {
        return Ok(Vec::new());
    }
    let mut requeue = db.prepare_cached(
        "UPDATE commands SET
             state = CASE WHEN requeued < ?1 THEN 'queued' ELSE 'expired' END,
             delivered_at = CASE WHEN requeued < ?1 THEN NULL ELSE delivered_at END,
             done_at = CASE WHEN requeued < ?1 THEN NULL ELSE ?2 END,
             requeued = requeued + 1, due_at = NULL
         WHERE state = 'delivered' AND due_at <= ?2 RETURNING id, agent_id",
    )?;
    let rows = requeue.query_map([MOST_REQUEUES, now], |row| Ok([row.get(0)?, row.get(1)?]))?;
    let pairs: Vec<[String; 2]> = rows.collect::<Result<_, _>>()?;
    Ok(pairs.into_iter().flatten().collect())
}

fn json<T: Serialize + ?Sized>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Command> {
    let (args, state): (String, String) = (row.get("args")?, row.get("state")?);
    let result: Option<String> = row.get("result")?;
    Ok(Command {
        id: row.get("id")?,
        agent_id: row.get("agent_id")?,
        kind: row.get("kind")?,
        args: serde_json::from_str(&args).unwrap_or_default(),
        state: State::from_stored(&state),
        result: result.and_then(|result| serde_json::from_str(&result).ok()),
        posted_at: Time(row.get("posted_at")?),
        delivered_at: row.get::<_, Option<i64>>("delivered_at")?.map(Time),
        done_at: row.get::<_, Option<i64>>("done_at")?.map(Time),
    })
}
