use falcon::prelude::*;

struct Things;

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request) -> Result {
        Ok(())
    }

    async fn on_post(&self, _req: &Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

fn main() {}
