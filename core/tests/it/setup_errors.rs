//! What is wrong with an app is told when it is frozen: all at once, with places and cures.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use falcon_core::{
    App, AppInfo, Deprecated, Method, Middleware, Request, Resource, Response, Result, Setup,
    SetupError,
};

use crate::Text;

struct Empty;

impl Resource for Empty {}

struct Misspelt;

impl Resource for Misspelt {}

impl Misspelt {
    #[expect(dead_code, reason = "it should have been in the other impl")]
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

struct Refuses;

impl Middleware for Refuses {
    fn setup(&mut self, _app: &mut Setup<'_>) -> Result<(), SetupError> {
        Err(SetupError::new("no key was configured"))
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        SetupError::all(app.routes().map(|route| {
            Err(SetupError::new(format!(
                "{} is unguarded",
                route.template()
            )))
        }))
    }
}

fn problems(app: App) -> String {
    app.freeze()
        .err()
        .map(|errors| errors.to_string())
        .unwrap_or_default()
}

#[test]
fn all_problems_come_together_and_point_at_their_place() {
    let mut app = App::with(((), Refuses));
    app.add_route("/ok", Text(""));
    app.add_route("/things/{id:itn}", Text(""));
    app.add_route("/empty", Empty);
    app.add_route("/misspelt", Misspelt);
    app.add_route("/{a}{b}", Text(""));
    app.add_route("/x/{a:int}/{b}", Text("")).name("x");
    app.add_route("/x/{other:int}/{name}", Text(""));
    app.add_route("/y", Text("")).name("x");
    app.add_route("/n/{n:int(min=5, max=1)}", Text(""));
    app.add_route("/n/{n:uuid(4)}", Text(""));
    app.add_route("/{rest:path}/x", Text(""));
    app.group("/g/", ()).add_route("/x", Text(""));
    let text = problems(app);
    for expected in [
        "the app has 13 problems",
        "1. no converter is called `itn`\n    /things/{id:itn}\n                ^^^\n  help: did you mean `int`?",
        "added at core/tests/it/setup_errors.rs:",
        "Empty has no responder",
        "Misspelt has no responder",
        "two fields side by side",
        "the route /x/{a:int}/{b} matches the same paths",
        "the name `x` is taken by /x/{a:int}/{b}",
        "`min` (5) is more than `max` (1)",
        "the converter takes no arguments, but is given `4`",
        "a `path` field must be the whole last segment",
        "a template has no empty segment inside",
        "no key was configured",
        "/ok is unguarded",
        "/x/{a:int}/{b} is unguarded",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
}

#[test]
fn a_template_that_would_grow_into_its_groups_prefix_is_refused() {
    let mut app = App::new();
    app.group("/v3", ()).add_route("a", Text(""));
    let text = problems(app);
    for expected in [
        "a template inside a group begins with a slash\n    /v3a\n       ^\n",
        "write `/a`",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    let mut app = App::new();
    app.group("/v3", ()).add_route("", Text(""));
    assert_eq!(problems(app), "");
}

#[test]
fn fields_as_other_frameworks_write_them_are_told_apart_from_literals() {
    for (template, help) in [
        ("/users/:id", "write `{id}`"),
        ("/users/<id>", "write `{id}`"),
        ("/users/<int:id>", "write `{id}`"),
        ("/files/*", "all that is left of a path is `{rest:path}`"),
        (
            "/files/*rest",
            "all that is left of a path is `{rest:path}`",
        ),
        (
            "/files/{*rest}",
            "all that is left of a path is `{rest:path}`",
        ),
    ] {
        let mut app = App::new();
        app.add_route(template, Text(""));
        let text = problems(app);
        assert!(text.contains(help), "{template}: {text}");
    }
    for template in [
        "/a:b",
        "/x*y",
        "/users/:",
        "/a/<>",
        "/v1/{id}:cancel",
        "/x/{a}*",
        "/{org}:{repo}:lock",
    ] {
        let mut app = App::new();
        app.add_route(template, Text(""));
        assert_eq!(problems(app), "", "{template}");
    }
}

#[test]
fn a_prefix_inside_a_group_begins_with_a_slash_too() {
    let mut app = App::new();
    let mut outer = app.group("/v1", ());
    outer.group("users", ()).add_route("/x", Text(""));
    assert!(problems(app).contains("inside `/v1` begins with a slash: write `/users`"));
}

#[test]
fn a_slash_at_the_end_is_refused_where_it_is_taken_off() {
    let mut app = App::new();
    app.set_strip_trailing_slash(true)
        .add_route("/a/", Text(""));
    assert!(problems(app).contains("no path leads here: a slash at its end is taken off"));
}

#[test]
fn a_mount_needs_room_for_what_comes_below_it() {
    let mut app = App::new();
    let prefix: String = (0..16).map(|i| format!("/{{f{i}}}")).collect();
    app.add_prefix(&prefix, Text(""));
    assert!(problems(app).contains("at most 16 fields"));
}

#[test]
fn a_sunset_before_the_deprecation_is_refused() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let mut app = App::new();
    let wrong = Deprecated::since(now).sunset(now - Duration::from_secs(1));
    app.add_route("/a", Text("")).with_for(Method::GET, wrong);
    app.add_route("/b", Text(""))
        .with(Deprecated::since(now).sunset(now));
    app.add_route("/c", Text(""))
        .with(Deprecated::sunset_at(now));
    let text = problems(app);
    assert!(text.contains("the app has 1 problem"), "{text}");
    assert!(text.contains("the sunset of this route lies before its deprecation"));
}

#[test]
fn a_groups_check_sees_its_own_routes_alone() {
    let mut app = App::new();
    app.add_route("/outside", Text(""));
    app.group("/in", Refuses).add_route("/side", Text(""));
    let text = problems(app);
    assert!(
        text.contains("/in/side is unguarded") && !text.contains("/outside"),
        "{text}"
    );
}

#[test]
fn shared_middleware_is_refused_rather_than_left_unchecked() {
    let shared = Arc::new(Refuses);
    let app = App::with(Arc::clone(&shared));
    assert!(problems(app).contains("is shared"));
    let only = Arc::new(Refuses);
    assert!(problems(App::with(only)).contains("no key was configured"));
}

#[test]
fn the_path_converter_cannot_be_replaced() {
    struct Any;
    impl falcon_core::routing::converter::Converter for Any {
        type Value = ();
        fn convert(&self, _text: &str) -> Option<()> {
            Some(())
        }
    }
    let mut app = App::new();
    app.add_converter("path", Any);
    assert!(problems(app).contains("cannot be replaced"));
}

#[test]
fn the_listing_shows_methods_template_and_resource() {
    let mut app = App::new();
    app.add_route("/a/{id:int}", Text(""));
    app.add_sink("/s", async |_: &mut Request, _: &mut Response| Ok(()));
    let service = app.freeze().unwrap();
    let listing = service.listing().to_string();
    let lines: Vec<_> = listing.lines().collect();
    assert_eq!(lines[0], "GET, HEAD  /a/{id:int}  Text");
    assert!(lines[1].starts_with("(any)      /s/…"), "{listing}");
}

#[test]
fn the_same_template_in_another_spelling_is_refused() {
    for (one, other) in [
        ("/{a:int}", "/{b:int()}"),
        ("/{a:int(min=1, max=2)}", "/{b:int(max=2,min=1)}"),
        ("/{a:int(4)}", "/{b:int( num_digits=4 )}"),
        ("/x{a:int}y", "/x{b:int()}y"),
    ] {
        let mut app = App::new();
        app.add_route(one, Text(""));
        app.add_route(other, Text(""));
        assert!(
            problems(app).contains("matches the same paths"),
            "{one} {other}"
        );
    }
}
