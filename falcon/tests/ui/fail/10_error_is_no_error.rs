use falcon::prelude::*;

struct Things;

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(String::from("no"))?
    }
}

fn main() {}
