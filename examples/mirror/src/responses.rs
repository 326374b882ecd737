//! `/resp`: statuses, bodies, streams.

use std::convert::Infallible;

use falcon::Body;
use falcon::prelude::*;
use futures_util::stream;
use serde_json::json;

use crate::value::Value;
use crate::{header, latin1, media, show, unexpected};

pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

/// A stream of pieces.
pub(crate) fn pieces(pieces: &[&'static str]) -> Body {
    let pieces: Vec<_> = pieces
        .iter()
        .map(|piece| Ok::<_, Infallible>(*piece))
        .collect();
    Body::stream(stream::iter(pieces))
}

/// The codes that Python's enumeration of statuses has.
fn is_named(code: u16) -> bool {
    matches!(code, 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=418 | 421..=426 | 428 | 429
        | 431 | 451 | 500..=508 | 510 | 511)
}

/// GET and HEAD have the same responder in all these.
macro_rules! get_and_head {
    ($of:ident) => {
        impl Resource for $of {
            async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
                self.answer(req, resp).await
            }

            async fn on_head(&self, req: &mut Request, resp: &mut Response) -> Result {
                self.answer(req, resp).await
            }
        }
    };
}

pub(crate) struct Status;

get_and_head!(Status);

impl Status {
    async fn answer(&self, req: &Request, resp: &mut Response) -> Result {
        let code = u16::try_from(req.param_value::<i64>("code")?)?;
        let query = req.query()?;
        if query.get("as").as_deref() == Some("enum") && !is_named(code) {
            return Err(unexpected("no such member of the enumeration"));
        }
        resp.set_status(StatusCode::from_u16(code)?);
        match query.get("body").as_deref() {
            Some("text") => {
                resp.set_text("text");
            }
            Some("data") => {
                resp.set_header(header::CONTENT_TYPE, "application/octet-stream")?;
                resp.set_body("data");
            }
            Some("media") => {
                resp.set_header(header::CONTENT_TYPE, "application/json")?;
                show(resp, &json!({"code": code}));
            }
            Some("stream") => {
                resp.set_header(header::CONTENT_TYPE, TEXT)?;
                resp.set_body(pieces(&["str", "eam"]));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The last body that is set is the one that is sent.
pub(crate) struct BodyOrder;

get_and_head!(BodyOrder);

impl BodyOrder {
    async fn answer(&self, req: &Request, resp: &mut Response) -> Result {
        let query = req.query()?;
        if let Some(media_type) = query.get("ct") {
            resp.set_header(header::CONTENT_TYPE, latin1(&media_type)?)?;
        }
        if query.has("stream") {
            resp.set_body(pieces(&["from the ", "stream"]));
        }
        if query.has("media") {
            let value = [("from".to_owned(), Value::text("media"))];
            if !query.has("data") && !query.has("text") {
                media::respond(req, resp, &Value::Object(value.into()))?;
            }
        }
        if query.has("data") {
            resp.set_body("from data \u{e9}");
        }
        if query.has("text") {
            resp.set_body("from text \u{e9} \u{4e2d}");
        }
        Ok(())
    }
}

pub(crate) struct Streams;

get_and_head!(Streams);

impl Streams {
    async fn answer(&self, req: &Request, resp: &mut Response) -> Result {
        const LINES: [&str; 3] = ["alpha\n", "beta\n", "gamma\n"];
        let body = match req.param("kind").unwrap_or_default() {
            "gen" => pieces(&LINES),
            "sized" => {
                let lines: Vec<_> = LINES
                    .iter()
                    .map(|line| Ok::<_, Infallible>(*line))
                    .collect();
                Body::sized_stream(17, stream::iter(lines))
            }
            "reader" => {
                let piece = Ok::<_, Infallible>("0123456789abcdef");
                Body::stream(stream::iter(vec![piece; 2048]))
            }
            "empty" => pieces(&[]),
            "text" => Body::from("text wins\n"),
            _ => Err(HttpError::not_found())?,
        };
        resp.set_header(header::CONTENT_TYPE, TEXT)?;
        resp.set_body(body);
        Ok(())
    }
}

pub(crate) struct TypeOnly;

impl Resource for TypeOnly {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        if let Some(media_type) = req.query()?.get("ct") {
            resp.set_header(header::CONTENT_TYPE, latin1(&media_type)?)?;
        }
        resp.set_body("typed");
        Ok(())
    }
}

pub(crate) struct Empty;

impl Empty {
    async fn nothing(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }

    pub(crate) fn responders() -> Responders<Self> {
        let empty = Responders::of(Self).on_get(Self::nothing);
        empty.on_head(Self::nothing).on_post(Self::nothing)
    }
}

pub(crate) struct Big;

impl Resource for Big {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let count: i64 = req.query()?.within("n", 0..=300_000)?.unwrap_or(1000);
        resp.set_text("x".repeat(usize::try_from(count)?));
        Ok(())
    }
}
