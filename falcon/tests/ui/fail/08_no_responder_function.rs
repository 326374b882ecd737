use falcon::prelude::*;

struct Users;

impl Users {
    async fn list(&self, _req: &mut Request) -> Result {
        Ok(())
    }
}

fn main() {
    let mut app = App::new();
    app.add_route("/users", Responders::of(Users).on_get(Users::list));
}
