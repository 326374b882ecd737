//! What each URL does.

mod agent;
mod agents;
mod command;
mod health;
mod outcome;
mod parse;

use falcon::prelude::*;

pub(crate) use self::agent::Agent;
pub(crate) use self::agents::{Agents, Page};
pub(crate) use self::command::Command;
pub(crate) use self::health::Health;
pub(crate) use self::outcome::Outcome;

fn agent_unknown() -> HttpError {
    HttpError::not_found()
        .title("Agent unknown")
        .code("agent_unknown")
}

fn command_unknown() -> HttpError {
    HttpError::not_found()
        .title("Command unknown")
        .code("command_unknown")
}

/// The `{id}` of the template.
fn id(req: &Request) -> String {
    req.param("id").unwrap_or_default().to_owned()
}
