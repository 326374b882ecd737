//! `/healthz`

use falcon::prelude::*;
use serde_json::json;

use crate::Courier;

pub(crate) struct Health(pub(crate) Courier);

impl Resource for Health {
    /// Tells that the database can be written.
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        self.0.store.check().await?;
        resp.set_media(&json!({"status": "ok"}))?;
        Ok(())
    }
}
