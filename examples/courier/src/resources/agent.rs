//! `/v1/agents/{id}` and what is below it.

use falcon::prelude::*;

use super::{agent_unknown, id, parse};
use crate::Courier;
use crate::model::{AgentPatch, NewCommand};
use crate::store::{Changed, Delivery, Posted};

pub(crate) struct Agent(pub(crate) Courier);

impl Resource for Agent {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let agent = self
            .0
            .store
            .agent(id(req))
            .await?
            .ok_or_else(agent_unknown)?;
        let etag = agent.etag()?;
        resp.set_etag(&etag);
        if req
            .if_none_match()?
            .is_some_and(|tags| tags.matches_weak(&etag))
        {
            resp.set_status(StatusCode::NOT_MODIFIED);
            return Ok(());
        }
        resp.set_media(&agent)?;
        Ok(())
    }

    /// Changes version and labels by a merge patch.
    async fn on_patch(&self, req: &mut Request, resp: &mut Response) -> Result {
        let patch: AgentPatch = req.valid_media()?;
        let changed = self
            .0
            .store
            .change_agent(id(req), patch, req.if_match()?)
            .await?;
        let agent = in_effect(changed)?;
        resp.set_etag(&agent.etag()?).set_media(&agent)?;
        Ok(())
    }

    /// Removes the agent; its open commands expire.
    async fn on_delete(&self, req: &mut Request, resp: &mut Response) -> Result {
        let id = id(req);
        let removed = self
            .0
            .store
            .remove_agent(id.clone(), req.if_match()?)
            .await?;
        for command in in_effect(removed)? {
            self.0.hub.wake(&command);
        }
        self.0.hub.wake(&id);
        resp.set_status(StatusCode::NO_CONTENT);
        Ok(())
    }
}

impl Agent {
    /// `POST …/commands`: posts a command.
    pub(crate) async fn post_command(&self, req: &mut Request, resp: &mut Response) -> Result {
        let agent = id(req);
        let key = parse::idempotency_key(req);
        let new: NewCommand = req.valid_media()?;
        match self.0.store.post(agent.clone(), new, key).await? {
            Posted::Now(command) => {
                self.0.hub.wake(&agent);
                resp.set_status(StatusCode::ACCEPTED);
                resp.set_header(header::LOCATION, format!("/v1/commands/{}", command.id))?;
                resp.set_media(&command)?;
                Ok(())
            }
            Posted::AgentUnknown => Err(agent_unknown())?,
            Posted::KeyReused => Err(HttpError::unprocessable_content()
                .title("Idempotency key reused")
                .detail("This Idempotency-Key was used for another request.")
                .code("idempotency_key_reused"))?,
        }
    }

    /// `HEAD …/commands/next`: tells whether there is one, and leaves it where it is.
    pub(crate) async fn peek_command(&self, req: &mut Request, resp: &mut Response) -> Result {
        let is_queued = self
            .0
            .store
            .is_queued(id(req))
            .await?
            .ok_or_else(agent_unknown)?;
        resp.set_status(if is_queued {
            StatusCode::OK
        } else {
            StatusCode::NO_CONTENT
        });
        Ok(())
    }

    /// `GET …/commands/next`: delivers the oldest queued command, or waits for one.
    pub(crate) async fn next_command(&self, req: &mut Request, resp: &mut Response) -> Result {
        let (agent, wait) = (id(req), parse::wait(req)?);
        let Courier { store, hub } = &self.0;
        let deliver = || store.deliver(agent.clone());
        let delivery = hub
            .look(&agent, wait, deliver, |d| !matches!(d, Delivery::Nothing))
            .await?;
        let command = match delivery {
            Delivery::Command(command) => command,
            Delivery::AgentUnknown => Err(agent_unknown())?,
            Delivery::Nothing => {
                resp.set_status(StatusCode::NO_CONTENT);
                return Ok(());
            }
        };
        resp.set_media(&command)?;
        // The client may be gone by now: what it has not received is for the next one to ask.
        let (store, command) = (store.clone(), command.id);
        resp.on_end(move |end| {
            if !end.complete {
                store.put_back(command, agent);
            }
        });
        Ok(())
    }
}

fn in_effect<T>(changed: Changed<T>) -> Result<T> {
    match changed {
        Changed::Now(value) => Ok(value),
        Changed::Unknown => Err(agent_unknown())?,
        Changed::Other => {
            Err(HttpError::precondition_failed().detail("The agent is not as If-Match has it."))?
        }
    }
}
