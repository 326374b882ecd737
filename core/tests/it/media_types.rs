//! What routes and apps say about media types, and what clients like.

use falcon_core::{
    App, Consumes, HttpError, Method, Produces, Request, Resource, Response, Result,
};
use falcon_testing::{TestClient, block_on};

struct Tell;

#[derive(Debug)]
struct Note(&'static str);

impl Resource for Tell {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let note = req.meta::<Note>().map_or("nothing", |note| note.0);
        resp.set_text(note);
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let known = ["en", "de", "fr-CA"];
        resp.set_text(req.prefers_language(&known).unwrap_or_default());
        Ok(())
    }
}

#[test]
fn metadata_of_the_app_is_there_for_every_route_and_for_none() {
    let mut app = App::new();
    app.add_route("/plain", Tell);
    app.add_metadata(Note("app"));
    app.add_route("/own", Tell).with(Note("route"));
    app.group("/group", ())
        .with(Note("group"))
        .add_route("/", Tell);
    app.set_default_error_handler(
        |_: &falcon_core::Error, req: &mut Request, resp: &mut Response| {
            let note = req.meta::<Note>().map_or("nothing", |note| note.0);
            resp.set_text(note);
            std::future::ready(Ok(()))
        },
    );
    let client = TestClient::new(app);
    block_on(async {
        for (path, note) in [
            ("/plain", "app"),
            ("/own", "route"),
            ("/group/", "group"),
            ("/nowhere", "app"),
        ] {
            client.get(path).send().await.assert_text(note);
        }
        let routes = client.service().routes();
        let note = routes
            .iter()
            .map(|route| route.meta_for::<Note>(&Method::GET).unwrap().0);
        assert_eq!(note.collect::<Vec<_>>(), ["app", "route", "group"]);
    });
}

#[test]
fn a_text_that_is_no_media_type_is_a_problem_of_the_route() {
    let mut app = App::new();
    app.add_route("/a", Tell)
        .with(Produces::new(["text/html", "html"]));
    app.add_route("/b", Tell).with(Consumes::new(["text/*"]));
    app.add_route("/c", Tell)
        .with_for(Method::POST, Consumes::new([""; 0]));
    let errors = app.freeze().unwrap_err().to_string();
    for wrong in [
        "`html` is no media type",
        "`text/*` is no media type",
        "a list of media types is empty",
    ] {
        assert!(errors.contains(wrong), "{errors}");
    }
}

#[test]
fn a_language_is_found_by_filtering_then_by_lookup_then_by_order() {
    let mut app = App::new();
    app.add_route("/", Tell);
    let client = TestClient::new(app);
    block_on(async {
        for (header, language) in [
            (Some("de-CH, fr;q=0.9"), "fr-CA"),
            (Some("de-CH, it;q=0.9"), "de"),
            (Some("it"), "en"),
            (Some("*, en;q=0.1"), "de"),
            (None, "en"),
        ] {
            let mut request = client.post("/");
            if let Some(header) = header {
                request = request.header("accept-language", header);
            }
            request.send().await.assert_text(language);
        }
    });
}

#[test]
fn a_serializer_of_ones_own_sees_what_members_hold() {
    use falcon_core::{Member, MemberView};

    let object = vec![("line", Member::from(3_u64)), ("why", Member::from("x"))];
    let error = HttpError::bad_request().member("at", object);
    let (_, at) = error.members().next().unwrap();
    let MemberView::Object(members) = at.view() else {
        panic!("{at:?}");
    };
    assert!(matches!(members[0].1.view(), MemberView::Number("3")));
    assert!(matches!(members[1].1.view(), MemberView::Text("x")));
}
