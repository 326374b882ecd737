//! Agents.

use falcon::header::{ETag, ETags};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::model::{Agent, AgentPatch, Labels, NewAgent, Platform};
use crate::time::Time;

const COLUMNS: &str =
    "sequence, id, hostname, platform, version, labels, registered_at, last_seen_at, revision";

/// What became of a registration.
pub(crate) enum Registered {
    Now(Agent),
    HostnameTaken,
}

/// What became of a change that may have had a condition.
pub(crate) enum Changed<T> {
    Now(T),
    Unknown,
    /// The condition does not hold.
    Other,
}

/// Which agents to list.
#[derive(Debug, Default)]
pub(crate) struct AgentFilter {
    pub(crate) platform: Option<Platform>,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) after: i64,
    pub(crate) limit: usize,
}

impl Store {
    pub(crate) async fn register(&self, new: NewAgent) -> Result<Registered, StoreError> {
        self.run(move |db| register(db, &new)).await
    }

    pub(crate) async fn agent(&self, id: String) -> Result<Option<Agent>, StoreError> {
        self.run(move |db| find(db, &id)).await
    }

    /// Lists agents in the order of their registration, one more than the limit if there are more.
    pub(crate) async fn agents(&self, filter: AgentFilter) -> Result<Vec<Agent>, StoreError> {
        self.run(move |db| list(db, &filter)).await
    }

    pub(crate) async fn change_agent(
        &self,
        id: String,
        patch: AgentPatch,
        condition: Option<ETags>,
    ) -> Result<Changed<Agent>, StoreError> {
        self.run(move |db| change(db, &id, patch, condition.as_ref()))
            .await
    }

    /// Removes an agent, and returns the commands that expired with it.
    pub(crate) async fn remove_agent(
        &self,
        id: String,
        condition: Option<ETags>,
    ) -> Result<Changed<Vec<String>>, StoreError> {
        self.run(move |db| remove(db, &id, condition.as_ref()))
            .await
    }
}

impl Agent {
    /// Another revision, or a later visit, is another representation.
    pub(crate) fn etag(&self) -> falcon::Result<ETag> {
        let seen = self.last_seen_at.map_or(0, |at| at.0);
        ETag::strong(format!("{}-{}-{seen}", self.id, self.revision))
    }

    fn satisfies(&self, condition: Option<&ETags>) -> bool {
        condition.is_none_or(|tags| self.etag().is_ok_and(|etag| tags.matches_strong(&etag)))
    }
}

fn register(db: &Connection, new: &NewAgent) -> rusqlite::Result<Registered> {
    let labels = labels_to_sql(new.labels.as_ref().unwrap_or(&Labels::new()))?;
    let sql = format!(
        "INSERT INTO agents (hostname, platform, version, labels, registered_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (hostname) DO NOTHING RETURNING {COLUMNS}"
    );
    let values = params![
        new.hostname.0,
        new.platform.as_str(),
        new.version.0,
        labels,
        Time::now().0
    ];
    let agent = db
        .prepare_cached(&sql)?
        .query_row(values, read)
        .optional()?;
    Ok(agent.map_or(Registered::HostnameTaken, Registered::Now))
}

fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Agent>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM agents WHERE id = ?"))?
        .query_row([id], read)
        .optional()
}

fn list(db: &Connection, filter: &AgentFilter) -> rusqlite::Result<Vec<Agent>> {
    let mut sql = format!("SELECT {COLUMNS} FROM agents WHERE sequence > ?");
    let mut values = vec![Sql::from(filter.after)];
    if let Some(platform) = filter.platform {
        sql.push_str(" AND platform = ?");
        values.push(platform.as_str().to_owned().into());
    }
    for (key, value) in &filter.labels {
        sql.push_str(" AND EXISTS (SELECT 1 FROM json_each(labels) WHERE key = ? AND value = ?)");
        values.extend([key.clone().into(), value.clone().into()]);
    }
    sql.push_str(" ORDER BY sequence LIMIT ?");
    values.push(i64::try_from(filter.limit + 1).unwrap_or(i64::MAX).into());
    db.prepare(&sql)?
        .query_map(rusqlite::params_from_iter(values), read)?
        .collect()
}

fn change(
    db: &Connection,
    id: &str,
    patch: AgentPatch,
    condition: Option<&ETags>,
) -> rusqlite::Result<Changed<Agent>> {
    let Some(mut agent) = find(db, id)? else {
        return Ok(Changed::Unknown);
    };
    if !agent.satisfies(condition) {
        return Ok(Changed::Other);
    }
    patch.apply(&mut agent);
    agent.revision += 1;
    db.execute(
        "UPDATE agents SET version = ?, labels = ?, revision = ? WHERE id = ?",
        params![
            agent.version,
            labels_to_sql(&agent.labels)?,
            agent.revision,
            id
        ],
    )?;
    Ok(Changed::Now(agent))
}

fn remove(
    db: &Connection,
    id: &str,
    condition: Option<&ETags>,
) -> rusqlite::Result<Changed<Vec<String>>> {
    let Some(agent) = find(db, id)? else {
        return Ok(Changed::Unknown);
    };
    if !agent.satisfies(condition) {
        return Ok(Changed::Other);
    }
    db.execute("DELETE FROM agents WHERE id = ?", [id])?;
    db.execute("DELETE FROM idempotency WHERE agent_id = ?", [id])?;
    let mut expire = db.prepare_cached(
        "UPDATE commands SET state = 'expired', due_at = NULL, done_at = ?
         WHERE agent_id = ? AND state IN ('queued', 'delivered') RETURNING id",
    )?;
    let expired = expire
        .query_map(params![Time::now().0, id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(Changed::Now(expired))
}

fn labels_to_sql(labels: &Labels) -> rusqlite::Result<String> {
    serde_json::to_string(labels)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Agent> {
    let (platform, labels): (String, String) = (row.get("platform")?, row.get("labels")?);
    Ok(Agent {
        id: row.get("id")?,
        hostname: row.get("hostname")?,
        // Only what was a platform was ever stored.
        platform: platform.parse().unwrap_or(Platform::Linux),
        version: row.get("version")?,
        labels: serde_json::from_str(&labels).unwrap_or_default(),
        registered_at: Time(row.get("registered_at")?),
        last_seen_at: row.get::<_, Option<i64>>("last_seen_at")?.map(Time),
        sequence: row.get("sequence")?,
        revision: row.get("revision")?,
    })
}
