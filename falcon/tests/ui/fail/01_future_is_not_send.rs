use std::rc::Rc;

use falcon::prelude::*;

struct Things;

async fn pause() {}

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let text = Rc::new("text");
        pause().await;
        resp.set_text(*text);
        Ok(())
    }
}

fn main() {}
