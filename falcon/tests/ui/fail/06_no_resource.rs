use falcon::prelude::*;

struct Things;

async fn hello(_req: &mut Request, _resp: &mut Response) -> Result {
    Ok(())
}

fn main() {
    let mut app = App::new();
    app.add_route("/things", Things);
    app.add_route("/hello", hello);
}
