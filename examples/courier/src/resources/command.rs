//! `/v1/commands/{id}`

use falcon::prelude::*;

use super::{command_unknown, id, parse};
use crate::Courier;

pub(crate) struct Command(pub(crate) Courier);

impl Resource for Command {
    /// Shows a command, and with `wait` does so once it is done.
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let (id, wait) = (id(req), parse::wait(req)?);
        let Courier { store, hub } = &self.0;
        let look = || store.command(id.clone());
        let over = |found: &Option<crate::model::Command>| {
            !found.as_ref().is_some_and(|c| c.state.is_open())
        };
        let command = hub
            .look(&id, wait, look, over)
            .await?
            .ok_or_else(command_unknown)?;
        resp.set_media(&command)?;
        Ok(())
    }
}
