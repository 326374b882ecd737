//! The application: what it is made of, and its routes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use falcon::auth::Require;
use falcon::prelude::*;
use falcon::server::HandlerTimeout;

use crate::access::{self, Access};
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
    let mut app = App::with(access.map(Access::guard));
    app.add_error_handler(database_failed);
    app.add_route("/healthz", Health(courier.clone()))
        .with(Require::nothing());
    app.add_route("/v1/agents", Agents(courier.clone()))
        .with(Require::scope("agents:read"))
        .with_for(Method::POST, Require::scope("agents:write"));
    app.add_route("/v1/agents/{id}", Arc::clone(&agent))
        .with(Require::scope("agents:write"))
        .with_for(Method::GET, Require::scope("agents:read"));
    app.add_route(
        "/v1/agents/{id}/commands",
        Responders::of(Arc::clone(&agent)).on_post(Agent::post_command),
    )
    .with(Require::scope("commands:write"));
    app.add_route(
        "/v1/agents/{id}/commands/next",
        Responders::of(agent)
            .on_get(Agent::next_command)
            .on_head(Agent::peek_command),
    )
    .with(access::agents())
    .with(HandlerTimeout::after(LONG_POLL));
    app.add_route("/v1/commands/{id}", Command(courier.clone()))
        .with(Require::scope("commands:read"))
        .with(HandlerTimeout::after(LONG_POLL));
    app.add_route("/v1/commands/{id}/result", Outcome(courier.clone()))
        .with(Require::role("agent"));
    app
}

async fn database_failed(_error: &StoreError, _req: &mut Request, _resp: &mut Response) -> Result {
    let error = HttpError::service_unavailable().code("database_unavailable");
    Err(error
        .detail("The database cannot be used at the moment.")
        .into())
}
