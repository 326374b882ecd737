//! Errors in Falcon's own shape, and in the formats of the application.

use falcon::prelude::*;
use falcon::serializers;

use crate::media::{FORM, JSON, KV, MSGPACK};
use crate::value::Value;
use crate::{header, layout};

/// JSON, XML, or one of the formats of the application.
pub(crate) fn serialize(req: &Request, resp: &mut Response, error: &HttpError) {
    if !in_own_format(
        req,
        resp,
        error,
        &[JSON, "text/xml", "application/xml", FORM, MSGPACK, KV],
    ) {
        serializers::classic(req, resp, error);
        lay_out(resp);
    }
}

/// The same without XML.
pub(crate) fn serialize_without_xml(req: &Request, resp: &mut Response, error: &HttpError) {
    if !in_own_format(req, resp, error, &[JSON, FORM, MSGPACK, KV]) {
        resp.add_vary(&header::ACCEPT);
        serializers::classic_json(req, resp, error);
        lay_out(resp);
    }
}

/// Writes the document in a format of the application, where the client likes it best.
fn in_own_format(
    req: &Request,
    resp: &mut Response,
    error: &HttpError,
    offers: &[&'static str],
) -> bool {
    let chosen = req.prefers(offers);
    let Some(format) = chosen.filter(|chosen| [FORM, MSGPACK, KV].contains(chosen)) else {
        return false;
    };
    serializers::classic_json(req, resp, error);
    let document = resp.body().as_bytes().map(serde_json::from_slice::<Value>);
    if let (Some(Ok(document)), Ok(format)) = (document, req.representation(format))
        && resp.set_representation(&format, &document).is_err()
    {
        resp.set_body("");
    }
    resp.add_vary(&header::ACCEPT);
    true
}

/// As Python lays JSON out.
fn lay_out(resp: &mut Response) {
    let document = resp.body().as_bytes().map(serde_json::from_slice);
    if let Some(Ok(document)) = document {
        resp.set_body(layout::json(&document));
    }
}
