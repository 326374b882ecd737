//! `/hooks`: what runs before and after responders.

use falcon::App;
use falcon::prelude::*;
use serde_json::{Value as Json, json};

use crate::kinds::raise;
use crate::requests::told;
use crate::{header, show};

#[derive(Default)]
struct Marks(Vec<String>);

fn mark(req: &mut Request, resp: &mut Response, word: &str) -> Result {
    if req.context().get::<Marks>().is_none() {
        req.context_mut().insert(Marks::default());
    }
    if let Some(marks) = req.context_mut().get_mut::<Marks>() {
        marks.0.push(word.to_owned());
        resp.set_header("x-hooks", marks.0.join(" "))?;
    }
    Ok(())
}

/// Leaves a word.
struct Mark(&'static str);

impl Hook for Mark {
    async fn run(&self, req: &mut Request, resp: &mut Response) -> Result {
        mark(req, resp, self.0)
    }
}

/// Leaves a word and raises.
struct Raise(&'static str);

impl Hook for Raise {
    async fn run(&self, req: &mut Request, resp: &mut Response) -> Result {
        mark(req, resp, "raise")?;
        raise(self.0)
    }
}

/// Multiplies the field `n`.
struct Times(i64);

impl Hook for Times {
    async fn run(&self, req: &mut Request, resp: &mut Response) -> Result {
        mark(req, resp, &format!("x{}", self.0))?;
        let n = req.param_value::<i64>("n")? * self.0;
        req.set_param("n", &n.to_string())
    }
}

async fn guard(req: &mut Request, resp: &mut Response) -> Result {
    mark(req, resp, "guard")?;
    if told(req, "x-key").as_deref() != Some("open") {
        Err(HttpError::unauthorized("Mirror realm=\"hooks\"").title("Guarded"))?;
    }
    Ok(())
}

async fn replace(req: &mut Request, resp: &mut Response) -> Result {
    mark(req, resp, "replace")?;
    let before: Json = serde_json::from_slice(resp.body().as_bytes().unwrap_or_default())?;
    show(resp, &json!({"replaced": true, "was": before}));
    Ok(())
}

/// Responders that leave the word `responder` and answer something.
struct Answer(Json);

impl Answer {
    async fn marked(&self, req: &mut Request, resp: &mut Response) -> Result {
        mark(req, resp, "responder")?;
        show(resp, &self.0);
        Ok(())
    }

    async fn unhooked(&self, req: &mut Request, resp: &mut Response) -> Result {
        mark(req, resp, "responder")?;
        show(resp, &json!({"hooked": false}));
        Ok(())
    }

    async fn original(&self, req: &mut Request, resp: &mut Response) -> Result {
        mark(req, resp, "responder")?;
        show(resp, &json!({"original": true}));
        Ok(())
    }

    async fn plain(&self, _req: &mut Request, resp: &mut Response) -> Result {
        show(resp, &self.0);
        Ok(())
    }

    async fn allow_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_header(header::ALLOW, "GET")?;
        Ok(())
    }

    async fn locked(&self, req: &mut Request, resp: &mut Response) -> Result {
        mark(req, resp, "responder")?;
        Err(HttpError::locked().title("In the responder"))?
    }

    async fn item(&self, req: &mut Request, resp: &mut Response) -> Result {
        mark(req, resp, "item")?;
        show(resp, &json!({"n": req.param_value::<i64>("n")?}));
        Ok(())
    }

    async fn number(&self, req: &mut Request, resp: &mut Response) -> Result {
        show(resp, &json!({"n": req.param_value::<i64>("n")?}));
        Ok(())
    }
}

/// Of several before-hooks the one added last runs first; of after-hooks the one added first.
pub(crate) fn add_routes(app: &mut App) {
    let hooked = Responders::of(Answer(json!({"hooked": true})));
    app.add_route(
        "/hooks/method",
        hooked
            .on_get(Answer::marked)
            .on_post(Answer::unhooked)
            .on_put(Answer::original),
    )
    .before_on(Method::GET, Mark("second"))
    .before_on(Method::GET, Mark("first"))
    .after_on(Method::GET, Mark("fourth"))
    .after_on(Method::GET, Mark("third"))
    .after_on(Method::PUT, replace);

    let empty = Responders::of(Answer(json!({})));
    app.add_route(
        "/hooks/class",
        empty.on_get(Answer::marked).on_post(Answer::marked),
    )
    .before_on(Method::POST, Mark("own-before"))
    .before(Mark("class-before"))
    .after_on(Method::POST, Mark("own-after"))
    .after(Mark("class-after"));
    app.add_route(
        "/hooks/class/{n:int}",
        Responders::of(Answer(Json::Null)).on_get(Answer::item),
    )
    .before(Mark("class-before"))
    .after(Mark("class-after"));

    app.add_route(
        "/hooks/params/{n:int}",
        Responders::of(Answer(Json::Null)).on_get(Answer::number),
    )
    .before(Times(5))
    .before(Times(2));

    let guarded = Responders::of(Answer(json!({"guarded": true})));
    app.add_route(
        "/hooks/guard",
        guarded.on_get(Answer::plain).on_options(Answer::allow_get),
    )
    .before(guard);

    let never = Responders::of(Answer(json!({"never": "seen"})));
    app.add_route(
        "/hooks/raise",
        never
            .on_get(Answer::marked)
            .on_post(Answer::marked)
            .on_put(Answer::marked)
            .on_patch(Answer::locked)
            .on_delete(Answer::marked),
    )
    .before_on(Method::GET, Raise("boom"))
    .before_on(Method::POST, Raise("status"))
    .after_on(Method::GET, Mark("never"))
    .after_on(Method::PUT, Raise("forbidden"))
    .after_on(Method::PATCH, Mark("never"))
    .after_on(Method::DELETE, Raise("redirect"));
}
