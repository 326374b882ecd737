//! How an [`HttpError`] is written into the response.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use super::HttpError;
use super::member::{json_string, xml_element, xml_text};
use crate::{Body, Request, Response};

/// Writes an [`HttpError`] into a response whose status and headers are set already.
///
/// [`problem`] is the default, [`classic`] the shape of Python's Falcon. Any function of the same
/// form is a serializer:
///
/// ```
/// use falcon_core::{App, HttpError, Request, Response};
///
/// let mut app = App::new();
/// app.set_error_serializer(|_req: &Request, resp: &mut Response, error: &HttpError| {
///     resp.set_text(format!("sorry: {}", error.title_text()));
/// });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error serializer",
    label = "expected `fn(&Request, &mut Response, &HttpError)` or a type that implements `ErrorSerializer`"
)]
pub trait ErrorSerializer: Send + Sync + 'static {
    /// Sets the body and its `Content-Type`.
    fn serialize(&self, req: &Request, resp: &mut Response, error: &HttpError);
}

impl<F> ErrorSerializer for F
where
    F: Fn(&Request, &mut Response, &HttpError) + Send + Sync + 'static,
{
    fn serialize(&self, req: &Request, resp: &mut Response, error: &HttpError) {
        self(req, resp, error);
    }
}

/// Writes `application/problem+json`, or `application/problem+xml` for a client that prefers XML.
///
/// **Shape:** `title`, `status`, `code` always; `type`, `detail`, `instance` and extension members
/// where they are set. A client that accepts neither form gets JSON, for an error in a form that
/// was not asked for is more use than none (RFC 9110 section 12.5.1). `Vary: Accept` is added.
///
/// # Specification
///
/// RFC 9457; its XML form is in appendix B.
pub fn problem(req: &Request, resp: &mut Response, error: &HttpError) {
    const JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
    const XML: HeaderValue = HeaderValue::from_static("application/problem+xml");
    resp.add_vary(&header::ACCEPT);
    if prefers_xml(req, "application/problem+json", "application/problem+xml") {
        resp.set_body(Body::full(problem_xml(error)));
        resp.headers_mut().insert(header::CONTENT_TYPE, XML);
        return;
    }
    let ready = if error.is_plain() {
        plain(error.status())
    } else {
        None
    };
    resp.set_body(Body::full(match ready {
        Some(ready) => Bytes::from_static(ready.as_bytes()),
        None => Bytes::from(problem_json(error)),
    }));
    resp.headers_mut().insert(header::CONTENT_TYPE, JSON);
}

/// Writes the shape of Python's Falcon: `title`, `description`, `code`, `link`, as
/// `application/json` or, for a client that prefers it, `application/xml`.
///
/// The title is `404 Not Found` where none was set, as in Falcon; the `code` and the `link`
/// (of the problem's `type`) are there only if they were set. Extension members are left out.
pub fn classic(req: &Request, resp: &mut Response, error: &HttpError) {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    const XML: HeaderValue = HeaderValue::from_static("application/xml");
    resp.add_vary(&header::ACCEPT);
    let title = error
        .own_title()
        .map_or_else(|| error.status().to_string(), str::to_owned);
    let code = error.own_code();
    let fields = [
        ("title", Some(title.as_str())),
        ("description", error.detail_text()),
        ("code", code),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)));
    let link = error.type_uri_text().map(|href| {
        [
            ("text", "Documentation related to this error"),
            ("href", href),
            ("rel", "help"),
        ]
    });
    let mut out = String::with_capacity(128);
    if prefers_xml(req, "application/json", "application/xml") {
        out.push_str(XML_HEAD);
        xml_element("error", &mut out, |out| {
            xml_fields(fields, out);
            if let Some(link) = link {
                xml_element("link", out, |out| xml_fields(link, out));
            }
        });
        resp.headers_mut().insert(header::CONTENT_TYPE, XML);
    } else {
        out.push('{');
        json_fields(fields, &mut out);
        if let Some(link) = link {
            out.push_str(",\"link\":{");
            json_fields(link, &mut out);
            out.push('}');
        }
        out.push('}');
        resp.headers_mut().insert(header::CONTENT_TYPE, JSON);
    }
    resp.set_body(Body::from(out));
}

const XML_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

fn xml_fields<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>, out: &mut String) {
    for (name, text) in fields {
        xml_element(name, out, |out| xml_text(text, out));
    }
}

fn json_fields<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>, out: &mut String) {
    for (i, (name, text)) in fields.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        json_string(name, out);
        out.push(':');
        json_string(text, out);
    }
}

/// JSON unless some XML is accepted with a higher quality than every JSON.
fn prefers_xml(req: &Request, json: &str, xml: &str) -> bool {
    let Some(accept) = req.accept() else {
        return false;
    };
    // Nearly every client names no XML, and so does not prefer it.
    if !accept.mentions("xml") {
        return false;
    }
    let best = |own: &str, others: &[&str]| {
        others.iter().fold(accept.quality(own), |best, other| {
            best.max(accept.quality(other))
        })
    };
    best(xml, &["application/xml", "text/xml"]) > best(json, &["application/json"])
}

/// The problem of a status alone, ready made for those that the framework answers with.
fn plain(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        400 => r#"{"title":"Bad Request","status":400,"code":"bad_request"}"#,
        401 => r#"{"title":"Unauthorized","status":401,"code":"unauthorized"}"#,
        403 => r#"{"title":"Forbidden","status":403,"code":"forbidden"}"#,
        404 => r#"{"title":"Not Found","status":404,"code":"not_found"}"#,
        405 => r#"{"title":"Method Not Allowed","status":405,"code":"method_not_allowed"}"#,
        500 => r#"{"title":"Internal Server Error","status":500,"code":"internal_server_error"}"#,
        501 => r#"{"title":"Not Implemented","status":501,"code":"not_implemented"}"#,
        _ => return None,
    })
}

fn problem_json(error: &HttpError) -> String {
    let mut out = String::with_capacity(192);
    out.push('{');
    if let Some(uri) = error.type_uri_text() {
        json_fields([("type", uri)], &mut out);
        out.push(',');
    }
    json_fields([("title", error.title_text())], &mut out);
    out.push_str(",\"status\":");
    out.push_str(error.status().as_str());
    let texts = [
        ("detail", error.detail_text()),
        ("instance", error.instance_text()),
    ];
    for (name, text) in texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
    {
        out.push(',');
        json_fields([(name, text)], &mut out);
    }
    out.push(',');
    json_fields([("code", &*error.code_text())], &mut out);
    for (name, value) in error.members().filter(|(name, _)| !is_standard(name)) {
        out.push(',');
        json_string(name, &mut out);
        out.push(':');
        value.write_json(&mut out);
    }
    out.push('}');
    out
}

fn problem_xml(error: &HttpError) -> String {
    let mut out = String::with_capacity(256);
    out.push_str(XML_HEAD);
    out.push_str("<problem xmlns=\"urn:ietf:rfc:7807\">");
    let fields = [
        ("type", error.type_uri_text()),
        ("title", Some(error.title_text())),
        ("status", Some(error.status().as_str())),
        ("detail", error.detail_text()),
        ("instance", error.instance_text()),
        ("code", Some(&*error.code_text())),
    ]
    .map(|(name, text)| text.map(|text| (name, text.to_owned())));
    xml_fields(
        fields
            .iter()
            .flatten()
            .map(|(name, text)| (*name, text.as_str())),
        &mut out,
    );
    for (name, value) in error.members().filter(|(name, _)| !is_standard(name)) {
        xml_element(name, &mut out, |out| value.write_xml(out));
    }
    out.push_str("</problem>");
    out
}

/// A member must not be written twice, whatever an extension calls its own.
fn is_standard(name: &str) -> bool {
    matches!(
        name,
        "type" | "title" | "status" | "detail" | "instance" | "code"
    )
}
