//! `/v1/agents`

use falcon::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Serialize;

use super::parse;
use crate::Courier;
use crate::model::{Agent, NewAgent};
use crate::store::{AgentFilter, Registered};

pub(crate) struct Agents(pub(crate) Courier);

/// A page of agents.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Page {
    items: Vec<Agent>,
    /// Where the next page begins, if there is one.
    next: Option<String>,
}

impl Resource for Agents {
    /// Lists agents, a page at a time.
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let filter = filter(req)?;
        let limit = filter.limit;
        let mut items = self.0.store.agents(filter).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items
            .last()
            .filter(|_| more)
            .map(|agent| cursor(agent.sequence));
        if let Some(next) = &next {
            resp.set_header(
                header::LINK,
                format!("<{}>; rel=\"next\"", next_url(req, next)?),
            )?;
        }
        resp.set_media(&Page { items, next })?;
        Ok(())
    }

    /// Registers an agent.
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let new: NewAgent = req.valid_media()?;
        match self.0.store.register(new).await? {
            Registered::Now(agent) => {
                resp.set_status(StatusCode::CREATED);
                resp.set_header(header::LOCATION, format!("/v1/agents/{}", agent.id))?;
                resp.set_etag(&agent.etag()?).set_media(&agent)?;
                Ok(())
            }
            Registered::HostnameTaken => Err(HttpError::conflict()
                .title("Agent exists")
                .detail("An agent with this hostname is registered already.")
                .code("agent_exists"))?,
        }
    }
}

fn filter(req: &Request) -> Result<AgentFilter> {
    let query = req.query()?;
    let after = match query.get("cursor") {
        Some(cursor) => sequence(&cursor).ok_or_else(|| {
            HttpError::invalid_parameter("cursor", "It is not one that was given out.")
        })?,
        None => 0,
    };
    let platform = query.parse_as("platform")?;
    Ok(AgentFilter {
        platform,
        labels: parse::labels(query),
        after,
        limit: parse::limit(query)?,
    })
}

/// Where the next page begins: after an agent, whether or not it is still there by then.
fn cursor(sequence: i64) -> String {
    format!("a{sequence:x}")
}

fn sequence(cursor: &str) -> Option<i64> {
    let digits = cursor
        .strip_prefix('a')
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    i64::from_str_radix(digits, 16).ok()
}

/// The same request, from there on.
fn next_url(req: &Request, next: &str) -> Result<String> {
    let mut url = format!("/v1/agents?cursor={next}");
    for (name, value) in req.query()?.iter().filter(|(name, _)| name != "cursor") {
        let [name, value] = [&name, &value].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
        url.extend(["&", &name.to_string(), "=", &value.to_string()]);
    }
    Ok(url)
}
