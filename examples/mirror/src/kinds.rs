//! Kinds of errors that several routes raise by name, and who handles them.

use falcon::header::HeaderValue;
use falcon::prelude::*;
use serde_json::{Map, json};

use crate::responses::TEXT;
use crate::routes::field_value;
use crate::{header, show};

/// Error types of the application's own.
macro_rules! errors {
    ($($name:ident)*) => { $(
        #[derive(Debug)]
        pub(crate) struct $name;

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl std::error::Error for $name {}
    )* };
}

errors!(Boom SubBoom SubSubBoom Translated Rerouted Teapot Quiet KeyMissing IndexMissing Lookup Generic);

/// Raises what a kind names; another kind raises nothing.
pub(crate) fn raise(kind: &str) -> Result {
    match kind {
        "boom" => Err(Boom)?,
        "subboom" => Err(SubBoom)?,
        "subsubboom" => Err(SubSubBoom)?,
        "translated" => Err(Translated)?,
        "rerouted" => Err(Rerouted)?,
        "teapot" => Err(Teapot)?,
        "specialgone" => Err(HttpError::gone())?,
        "quiet" => Err(Quiet)?,
        "keyerror" => Err(KeyMissing)?,
        "indexerror" => Err(IndexMissing)?,
        "lookup" => Err(Lookup)?,
        "generic" => Err(Generic)?,
        "notfound" => Err(HttpError::not_found())?,
        "forbidden" => Err(HttpError::forbidden())?,
        "unavailable" => Err(HttpError::service_unavailable())?,
        "status" => {
            let name = header::HeaderName::from_static("x-status");
            let status = HttpStatus::new(StatusCode::ACCEPTED);
            Err(status
                .header(name, HeaderValue::from_static("raised"))
                .text("status text"))?
        }
        "redirect" => Err(HttpStatus::found("/elsewhere")),
        _ => Ok(()),
    }
}

/// Has every type handled that has a handler. There is no inheritance: a subtype is one more type.
pub(crate) fn add_handlers(app: &mut App) {
    app.add_error_handler(boom::<Boom>)
        .add_error_handler(boom::<SubBoom>)
        .add_error_handler(subsubboom)
        .add_error_handler(translated)
        .add_error_handler(rerouted)
        .add_error_handler(lookup::<KeyMissing>)
        .add_error_handler(lookup::<IndexMissing>)
        .add_error_handler(teapot)
        .add_error_handler(quiet);
}

fn handled_by(resp: &mut Response, status: u16, handler: &'static str) -> Result {
    resp.set_status(StatusCode::from_u16(status)?);
    resp.set_header("x-handler", handler)?;
    Ok(())
}

async fn boom<E>(_error: &E, req: &mut Request, resp: &mut Response) -> Result {
    handled_by(resp, 503, "boom")?;
    let fields = req.route().map(falcon::Route::fields).unwrap_or_default();
    let mut params = Map::new();
    for field in fields {
        let value = field_value(req, field.name(), field.converter().unwrap_or(""))?;
        params.insert(field.name().to_owned(), value.plain());
    }
    show(resp, &json!({"handled": "boom", "params": params}));
    Ok(())
}

async fn subsubboom(_error: &SubSubBoom, _req: &mut Request, resp: &mut Response) -> Result {
    handled_by(resp, 507, "subsubboom")?;
    show(resp, &json!({"handled": "subsubboom"}));
    Ok(())
}

async fn translated(_error: &Translated, _req: &mut Request, _resp: &mut Response) -> Result {
    let handler = header::HeaderName::from_static("x-handler");
    let error = HttpError::conflict()
        .title("Translated")
        .detail("From another error");
    Err(error.header(handler, HeaderValue::from_static("translated")))?
}

async fn rerouted(_error: &Rerouted, _req: &mut Request, _resp: &mut Response) -> Result {
    let handler = header::HeaderName::from_static("x-handler");
    let status = HttpStatus::new(StatusCode::SEE_OTHER)
        .header(header::LOCATION, HeaderValue::from_static("/r/lit"));
    Err(status.header(handler, HeaderValue::from_static("rerouted")))?
}

async fn lookup<E>(_error: &E, _req: &mut Request, resp: &mut Response) -> Result {
    handled_by(resp, 424, "lookup")?;
    resp.set_text("lookup failed");
    Ok(())
}

async fn teapot(_error: &Teapot, _req: &mut Request, resp: &mut Response) -> Result {
    handled_by(resp, 418, "teapot")?;
    resp.set_header(header::CONTENT_TYPE, TEXT)?;
    resp.set_body("short and stout");
    Ok(())
}

/// Does nothing: the status stays that of the error.
async fn quiet(_error: &Quiet, _req: &mut Request, _resp: &mut Response) -> Result {
    Ok(())
}
