use falcon::prelude::*;

struct Things;

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) {
        resp.set_text("text");
    }

    async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> String {
        String::new()
    }
}

fn main() {}
