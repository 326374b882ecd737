//! The application: what it is made of, and its routes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use falcon::auth::Require;
use falcon::prelude::*;
use falcon::server::HandlerTimeout;
use falcon::validate::Validation;

use crate::access::{self, Access};
use crate::api;
use crate::hub::Hub;
use crate::resources::{Agent, Agents, Command, Health, Outcome};
use crate::store::{Store, StoreError};

/// A request may wait for 60 seconds, and then still has to be answered.
const LONG_POLL: Duration = Duration::from_secs(90);

/// What all resources share: the database, and those who wait.
#[derive(Clone)]
pub struct Courier {
    pub(crate) store: Store,
    pub(crate) hub: Hub,
}

impl Courier {
    /// Opens the database in a folder, which is made if it is missing.
    ///
    /// # Errors
    ///
    /// The folder or the database cannot be opened.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let hub = Hub::default();
        Ok(Self {
            store: Store::open(folder, hub.clone())?,
            hub,
        })
    }

    /// Has every request that waits answered now, and those to come at once.
    pub fn stop(&self) {
        self.hub.stop();
    }
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Courier")
    }
}

/// Puts the application together; without an [`Access`], everybody may do everything.
pub fn create_app(courier: &Courier, access: Option<Access>) -> App {
    let agent = Arc::new(Agent(courier.clone()));
    let guard = access.map(Access::guard);
    let mut app = App::with((guard, validation(), api::description()));
    app.add_error_handler(database_failed);
    app.add_metadata(api::always());
    app.add_route("/healthz", Health(courier.clone()))
        .with(Require::nothing())
        .with_for(Method::GET, api::health());
    app.add_route("/v1/agents", Agents(courier.clone()))
        .with(Require::scope("agents:read"))
        .with_for(Method::GET, api::list_agents())
        .with_for(Method::POST, Require::scope("agents:write"))
        .with_for(Method::POST, api::register_agent());
    app.add_route("/v1/agents/{id}", Arc::clone(&agent))
        .with(api::of_agent())
        .with(Require::scope("agents:write"))
        .with_for(Method::GET, Require::scope("agents:read"))
        .with_for(Method::GET, api::read_agent())
        .with_for(Method::PATCH, api::change_agent())
        .with_for(Method::DELETE, api::remove_agent());
    app.add_route(
        "/v1/agents/{id}/commands",
        Responders::of(Arc::clone(&agent)).on_post(Agent::post_command),
    )
    .with(api::of_agent())
    .with(Require::scope("commands:write"))
    .with_for(Method::POST, api::post_command());
    app.add_route(
        "/v1/agents/{id}/commands/next",
        Responders::of(agent)
            .on_get(Agent::next_command)
            .on_head(Agent::peek_command),
    )
    .with(api::of_agent())
    .with(access::agents())
    .with(HandlerTimeout::after(LONG_POLL))
    .with_for(Method::GET, api::next_command());
    app.add_route("/v1/commands/{id}", Command(courier.clone()))
        .with(api::of_command())
        .with(Require::scope("commands:read"))
        .with(HandlerTimeout::after(LONG_POLL))
        .with_for(Method::GET, api::read_command());
    app.add_route("/v1/commands/{id}/result", Outcome(courier.clone()))
        .with(api::of_command())
        .with(Require::role("agent"))
        .with_for(Method::PUT, api::report());
    app
}

/// Requests are held to what is described; where it is debugged, answers are too.
fn validation() -> Validation {
    let validation = Validation::new();
    if cfg!(debug_assertions) {
        validation.enforce_responses()
    } else {
        validation
    }
}

async fn database_failed(_error: &StoreError, _req: &mut Request, _resp: &mut Response) -> Result {
    let error = HttpError::service_unavailable().code("database_unavailable");
    Err(error
        .detail("The database cannot be used at the moment.")
        .into())
}
