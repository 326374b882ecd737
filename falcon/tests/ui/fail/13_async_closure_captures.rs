use falcon::prelude::*;

struct Things;

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

fn main() {
    let name = String::from("x-name");
    let mut app = App::new();
    app.add_route("/things", Things).after(async move |_req: &mut Request, resp: &mut Response| {
        resp.set_header(name.as_str(), "yes")?;
        Ok(())
    });
}
