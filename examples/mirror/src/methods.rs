//! `/m`: which methods are answered, and by whom.

use falcon::prelude::*;
use serde_json::json;

use crate::media;
use crate::{header, show};

fn told(responder: &str, req: &Request, resp: &mut Response) {
    let method = req.method().as_str();
    show(resp, &json!({"method": method, "responder": responder}));
}

/// Responders that tell their own names.
macro_rules! telling {
    ($($name:ident)*) => { $(
        async fn $name(&self, req: &mut Request, resp: &mut Response) -> Result {
            told(stringify!($name), req, resp);
            Ok(())
        }
    )* };
}

pub(crate) struct GetOnly;

impl Resource for GetOnly {
    telling!(on_get);
}

pub(crate) struct PostOnly;

impl Resource for PostOnly {
    telling!(on_post);
}

pub(crate) struct Crud;

impl Resource for Crud {
    telling!(on_get on_post on_put on_patch on_delete);
}

/// HEAD has a responder of its own, and shows that by a header.
pub(crate) struct WithHead;

impl Resource for WithHead {
    telling!(on_get);

    async fn on_head(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_header("x-responder", "on_head")?;
        told("on_head", req, resp);
        Ok(())
    }
}

/// HEAD that tells a length and makes no body.
pub(crate) struct HeadLength;

impl Resource for HeadLength {
    async fn on_head(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_content_length(12345);
        resp.set_header(header::CONTENT_TYPE, "text/plain; charset=utf-8")?;
        Ok(())
    }
}

pub(crate) struct WithOptions;

impl Resource for WithOptions {
    telling!(on_get);

    async fn on_options(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_header(header::ALLOW, "GET, OPTIONS")?;
        resp.set_header("x-responder", "on_options")?;
        told("on_options", req, resp);
        Ok(())
    }
}

/// Methods of `WebDAV`, and QUERY.
pub(crate) struct Unusual;

impl Unusual {
    telling!(on_propfind on_report);

    pub(crate) async fn on_query(&self, req: &mut Request, resp: &mut Response) -> Result {
        let query = media::read(req).await?;
        show(
            resp,
            &json!({"method": "QUERY", "responder": "on_query", "query": query.plain()}),
        );
        Ok(())
    }

    pub(crate) fn responders() -> Responders<Self> {
        let method = |name: &'static str| Method::from_bytes(name.as_bytes()).unwrap_or_default();
        Responders::of(Self)
            .on_query(Self::on_query)
            .on(method("PROPFIND"), Self::on_propfind)
            .on(method("REPORT"), Self::on_report)
    }
}

/// In `opts`, what has no responder goes to `on_request`.
pub(crate) struct Default;

impl Resource for Default {
    telling!(on_get on_request);
}

pub(crate) struct DefaultItem;

impl DefaultItem {
    telling!(on_get_item);

    pub(crate) fn responders() -> Responders<Self> {
        Responders::of(Self).on_get(Self::on_get_item)
    }
}

/// The same with `on_request`, which tells the name that it has for items.
pub(crate) struct DefaultAnyItem;

impl Resource for DefaultAnyItem {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        told("on_get_item", req, resp);
        Ok(())
    }

    async fn on_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        told("on_request_item", req, resp);
        Ok(())
    }
}
