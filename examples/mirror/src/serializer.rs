//! Errors in Falcon's own shape, and in the formats of the application.

use falcon::prelude::*;
use falcon::serializers;

use crate::header;
use crate::media::{FORM, JSON, KV, write};

/// JSON, XML, or one of the formats of the application.
pub(crate) fn serialize(req: &Request, resp: &mut Response, error: &HttpError) {
    serializers::classic(req, resp, error);
    rewrite(req, resp, &[JSON, "text/xml", "application/xml", FORM, KV]);
}

/// The same without XML.
pub(crate) fn serialize_without_xml(req: &Request, resp: &mut Response, error: &HttpError) {
    resp.add_vary(&header::ACCEPT);
    serializers::classic_json(req, resp, error);
    rewrite(req, resp, &[JSON, FORM, KV]);
}

/// Writes the document in a format of the application, where the client likes it better.
fn rewrite(req: &Request, resp: &mut Response, offers: &[&'static str]) {
    let chosen = req.prefers(offers);
    let Some(format) = chosen.filter(|chosen| [FORM, KV].contains(chosen)) else {
        return;
    };
    let document = resp.body().as_bytes().map(serde_json::from_slice);
    if let Some(Ok(document)) = document {
        let body = write(format, &document).unwrap_or_default();
        resp.set_content(header::HeaderValue::from_static(format), body);
    }
}
