use falcon::prelude::*;

struct Things;

impl Resource for Things {
    async fn on_gte(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

fn main() {}
