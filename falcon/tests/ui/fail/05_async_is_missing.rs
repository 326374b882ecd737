use falcon::prelude::*;

struct Things;

impl Resource for Things {
    fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

fn main() {}
