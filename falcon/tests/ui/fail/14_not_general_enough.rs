use falcon::prelude::*;

struct Db;

impl Db {
    async fn find(&self, _id: &str) -> Option<String> {
        None
    }
}

struct Things {
    db: Db,
}

async fn twice<T>(mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    match look().await {
        None => look().await,
        found => found,
    }
}

impl Things {
    async fn get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let id = req.param("id").unwrap_or_default();
        let found = twice(async || self.db.find(id).await).await;
        resp.set_text(found.unwrap_or_default());
        Ok(())
    }
}

fn main() {
    let mut app = App::new();
    app.add_route("/things/{id}", Responders::of(Things { db: Db }).on_get(Things::get));
}
