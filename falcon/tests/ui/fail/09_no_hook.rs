use falcon::prelude::*;

struct Things;

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

async fn log(_req: &mut Request) -> Result {
    Ok(())
}

fn main() {
    let mut app = App::new();
    app.add_route("/things", Things).before(log);
}
