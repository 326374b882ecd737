//! The applications, by name.

use std::path::PathBuf;

use falcon::Produces;
use falcon::files::StaticFiles;
use falcon::header::HeaderValue;
use falcon::prelude::*;

use crate::cookies::SetCookies;
use crate::cors;
use crate::errors::{After, Class, Kind, Unwritable};
use crate::headers::{Links, Ops};
use crate::hooks;
use crate::kinds;
use crate::media::{self, Echo, Negotiate, Render, Respond, StrictForms};
use crate::methods::{
    Crud, Default, DefaultAnyItem, DefaultItem, GetOnly, HeadLength, PostOnly, Unusual, WithHead,
    WithOptions,
};
use crate::middleware::{RequestOnly, Traced, Tracer};
use crate::multipart::Forms;
use crate::params::{KINDS, Params, Typed};
use crate::props::Props;
use crate::requests::{
    Accepting, Bytes, Conditions, Cookies, ForwardedInfo, Header, Headers, Info, QueryMedia, Uri,
};
use crate::responses::{Big, BodyOrder, Empty, Status, Streams, TypeOnly};
use crate::routes::{HexColor, Show, TEMPLATES, Things};
use crate::serializer;
use crate::sinks::{SINKS, Sink};
use crate::time::ByFormat;
use crate::validation;

/// The application of that name, if it is one of those that this program has.
pub(crate) fn of(name: &str) -> Option<App> {
    match name {
        "main" => Some(build(false)),
        "opts" => Some(build(true)),
        _ => cors::of(name),
    }
}

fn build(opts: bool) -> App {
    let component = |name| Tracer {
        name,
        dependent: opts,
    };
    let mut app = App::with((component("A"), component("B"), RequestOnly, component("C")));
    set_options(&mut app, opts);
    app.add_metadata(media::formats(opts));
    app.add_converter("hexcolor", HexColor);
    app.add_converter_with("dt", ByFormat::new);
    kinds::add_handlers(&mut app);

    add_routing(&mut app);
    add_methods(&mut app, opts);
    add_requests(&mut app);
    add_responses(&mut app);
    add_media(&mut app, opts);
    add_errors(&mut app);
    hooks::add_routes(&mut app);
    validation::add_routes(&mut app);
    let traced = Traced::responders;
    app.add_route("/mw/ok", traced());
    app.add_route("/mw/n/{n:int}", traced());
    app.add_route(
        "/mw/fail/{kind}",
        Responders::of(Traced).on_get(Traced::fail),
    );
    app.add_route(
        "/mw/complete",
        Responders::of(Traced).on_get(Traced::complete),
    );
    add_static(&mut app);
    app
}

/// What Falcon does and this framework does not unless it is told to.
fn set_options(app: &mut App, opts: bool) {
    app.set_automatic_head(false)
        .set_options_status(StatusCode::OK)
        .set_default_media_type(HeaderValue::from_static("application/json"))
        .set_max_body_bytes(u64::MAX)
        .set_error_serializer(serializer::serialize);
    if opts {
        app.set_strip_trailing_slash(true)
            .set_blank_params(false)
            .set_comma_params(true)
            .set_secure_cookies(false)
            .set_patterns_first(false)
            .set_error_serializer(serializer::serialize_without_xml);
    }
}

fn add_routing(app: &mut App) {
    for template in TEMPLATES {
        app.add_route(template, Show(template));
    }
    let things = Responders::of(Things);
    app.add_route(
        "/r/things",
        things.on_get(Things::list).on_post(Things::create),
    );
    app.add_route(
        "/r/things/{id:int}",
        Responders::of(Things)
            .on_get(Things::one)
            .on_patch(Things::change)
            .on_delete(Things::delete),
    );
    for (name, pattern) in SINKS {
        app.add_sink_matching(pattern, Sink(name));
    }
}

fn add_methods(app: &mut App, opts: bool) {
    app.add_route("/m/get", GetOnly);
    app.add_route("/m/post", PostOnly);
    app.add_route("/m/crud", Crud);
    app.add_route("/m/head", WithHead);
    app.add_route("/m/headlength", HeadLength);
    app.add_route("/m/options", WithOptions);
    app.add_route("/m/unusual", Unusual::responders());
    if opts {
        app.add_route("/m/default", Default);
        app.add_route("/m/default/{id:int}", DefaultAnyItem);
    } else {
        app.add_route("/m/default", GetOnly);
        app.add_route("/m/default/{id:int}", DefaultItem::responders());
    }
}

fn add_requests(app: &mut App) {
    app.add_route("/q/uri", Uri);
    app.add_route("/q/uri/{rest:path}", Uri);
    app.add_route("/q/forwarded", ForwardedInfo);
    app.add_route("/q/headers", Headers);
    app.add_route(
        "/q/header/{name}",
        Responders::of(Header).on_get(Header::text),
    );
    app.add_route(
        "/q/header-int/{name}",
        Responders::of(Header).on_get(Header::int),
    );
    app.add_route(
        "/q/header-date/{name}",
        Responders::of(Header).on_get(Header::date),
    );
    app.add_route("/q/params", Responders::of(Params).on_get(Params::all));
    app.add_route("/q/has", Responders::of(Params).on_get(Params::has));
    for kind in KINDS {
        app.add_route(&format!("/q/{kind}/{{variant}}"), Typed(kind));
    }
    app.add_route("/q/querymedia", QueryMedia);
    app.add_route("/q/cookies", Cookies);
    app.add_route(
        "/q/etags",
        Responders::of(Conditions).on_get(Conditions::etags),
    );
    app.add_route(
        "/q/dates",
        Responders::of(Conditions).on_get(Conditions::dates),
    );
    app.add_route(
        "/q/range",
        Responders::of(Conditions).on_get(Conditions::range),
    );
    app.add_route(
        "/q/accept",
        Responders::of(Accepting).on_get(Accepting::known),
    );
    app.add_route(
        "/q/offers",
        Responders::of(Accepting).on_get(Accepting::offers),
    );
    app.add_route("/q/info", Info::responders());
    let bytes = Responders::of(Bytes);
    app.add_route("/q/body", bytes.on_post(Bytes::sum).on_put(Bytes::sum));
    app.add_route("/q/unread", Responders::of(Bytes).on_post(Bytes::unread));
}

fn add_responses(app: &mut App) {
    app.add_route("/resp/status/{code:int(min=200, max=599)}", Status);
    app.add_route("/resp/body", BodyOrder);
    app.add_route("/resp/ops", Ops);
    app.add_route("/resp/cookie", SetCookies);
    app.add_route("/resp/props", Props);
    app.add_route("/resp/link", Links);
    app.add_route("/resp/stream/{kind}", Streams);
    app.add_route("/resp/type", TypeOnly);
    app.add_route("/resp/empty", Empty::responders());
    app.add_route("/resp/big", Big);
}

fn add_media(app: &mut App, opts: bool) {
    let mut echo = app.group("/media", ());
    if opts {
        echo = echo.with(StrictForms);
    }
    echo.add_route("/echo", Echo::responders());
    echo.add_route("/default", Responders::of(Echo).on_post(Echo::default));
    echo.add_route("/null", Responders::of(Echo).on_post(Echo::null));
    echo.add_route("/twice", Responders::of(Echo).on_post(Echo::twice));
    echo.add_route("/caught", Responders::of(Echo).on_post(Echo::caught));
    echo.add_route("/respond", Respond);
    echo.add_route("/negotiate", Negotiate)
        .with(Produces::new(Negotiate::OFFERS));
    echo.add_route("/multipart/{mode}", Forms)
        .with(Forms::limits());
    echo.add_route("/render/{what}", Render);
}

fn add_errors(app: &mut App) {
    app.add_route(
        "/err/class/{name}",
        Responders::of(Class).on_get(Class::named),
    );
    app.add_route(
        "/err/raw/{code:int(min=400, max=599)}",
        Responders::of(Class).on_get(Class::raw),
    );
    app.add_route(
        "/err/status/{code:int(min=200, max=599)}",
        Responders::of(Class).on_get(Class::status),
    );
    let redirect = Responders::of(Class).on_get(Class::redirect);
    app.add_route(
        "/err/redirect/{code:int}",
        redirect.on_post(Class::redirect),
    );
    app.add_route("/err/raise/{kind}", Kind::responders());
    app.add_route("/err/after/{what}", After);
    app.add_route("/err/render/{what}", Unwritable);
}

fn add_static(app: &mut App) {
    let root = std::env::var_os("MIRROR_STATIC")
        .map(PathBuf::from)
        .unwrap_or_default();
    let files = |folder: &str| {
        let files = StaticFiles::new(root.join(folder)).ok()?;
        let files = [
            ("txt", "text/plain"),
            ("html", "text/html"),
            ("css", "text/css"),
            ("js", "text/javascript"),
            ("json", "application/json"),
            ("gz", "application/gzip"),
            ("png", "image/png"),
        ]
        .into_iter()
        .fold(files, |files, (extension, media_type)| {
            files.media_type(extension, HeaderValue::from_static(media_type))
        });
        Some(files.guess_media_types(false).dotfiles(true).nosniff(false))
    };
    if let Some(files) = files("files") {
        app.add_prefix("/static", files);
    }
    if let Some(files) = files("special") {
        app.add_prefix("/static/special", files);
    }
    if let Some(files) = files("files") {
        app.add_prefix("/dl", files.downloadable(true));
    }
    if let Some(files) = files("fallback") {
        app.add_prefix("/fb", files.fallback("index.html"));
    }
}
