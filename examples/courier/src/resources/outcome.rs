//! `/v1/commands/{id}/result`

use falcon::prelude::*;

use super::{command_unknown, id};
use crate::Courier;
use crate::access::only_agent;
use crate::store::Reported;

pub(crate) struct Outcome(pub(crate) Courier);

impl Resource for Outcome {
    /// Takes an agent's result, once; the same one again is as good.
    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let id = id(req);
        if let Some(agent) = only_agent(req) {
            let command = self.0.store.command(id.clone()).await?;
            let is_its = command.is_some_and(|command| command.agent_id == agent);
            if !is_its {
                Err(command_unknown())?;
            }
        }
        let outcome = req.valid_media()?;
        let conflict =
            |title: &'static str, code: &'static str| HttpError::conflict().title(title).code(code);
        match self.0.store.report(id.clone(), outcome).await? {
            Reported::Now => self.0.hub.wake(&id),
            Reported::Again => {}
            Reported::Unknown => Err(command_unknown())?,
            Reported::Other => Err(conflict("Result exists", "result_exists"))?,
            Reported::Expired => Err(conflict("Command expired", "command_expired"))?,
        }
        resp.set_status(StatusCode::NO_CONTENT);
        Ok(())
    }
}
