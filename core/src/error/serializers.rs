//! How an [`HttpError`] is written into the response.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use super::HttpError;
use super::member::{json_string, xml_element, xml_text};
use crate::{Request, Response};

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
    const XML: HeaderValue = HeaderValue::from_static("application/problem+xml");
    resp.add_vary(&header::ACCEPT);
    if prefers_xml(req, "application/problem+json", "application/problem+xml") {
        resp.set_content(XML, problem_xml(error));
    } else {
        problem_json(req, resp, error);
    }
}

/// As [`problem`], in JSON alone, whatever the client prefers.
pub fn problem_json(_req: &Request, resp: &mut Response, error: &HttpError) {
    const JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
    let ready = if error.is_plain() {
        plain(error.status())
    } else {
        None
    };
    resp.set_content(
        JSON,
        match ready {
            Some(ready) => Bytes::from_static(ready.as_bytes()),
            None => Bytes::from(problem_text(error)),
        },
    );
}

/// As [`classic`], in JSON alone, whatever the client prefers.
pub fn classic_json(_req: &Request, resp: &mut Response, error: &HttpError) {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    resp.set_content(JSON, classic_text(error));
}

/// Writes the shape of Python's Falcon: `title`, `description`, `code`, `link`, as
/// `application/json` or, for a client that prefers it, `text/xml` or `application/xml`.
///
/// The title is `404 Not Found` where none was set, as in Falcon; the `code` is there where it is
/// a number, the `link` (or the problem's `type`) where it was set. Extension members are left
/// out. A client that accepts none of the three gets JSON, and `Vary: Accept` is added.
pub fn classic(req: &Request, resp: &mut Response, error: &HttpError) {
    let accept = req.accept();
    let chosen = accept.map_or("application/json", |accept| {
        let best = accept.best_of(&["application/json", "text/xml", "application/xml"]);
        let by_suffix = accept.mentions("+xml") && !accept.mentions("+json");
        let otherwise = if by_suffix {
            "application/xml"
        } else {
            "application/json"
        };
        best.unwrap_or(otherwise)
    });
    resp.add_vary(&header::ACCEPT);
    let body = match chosen {
        "application/json" => classic_text(error),
        _ => classic_xml(error),
    };
    resp.set_content(HeaderValue::from_static(chosen), body);
}

/// The members of the classic shape that are texts, or become one.
fn classic_fields(error: &HttpError) -> (String, Option<&str>, Option<&str>) {
    let title = error.own_title().map_or_else(
        || {
            format!(
                "{} {}",
                error.status().as_u16(),
                classic_phrase(error.status())
            )
        },
        str::to_owned,
    );
    let is_number = |code: &&str| code.parse::<i64>().is_ok();
    (
        title,
        error.detail_text(),
        error.own_code().filter(is_number),
    )
}

/// Falcon's own phrases.
fn classic_phrase(status: StatusCode) -> &'static str {
    match status.as_u16() {
        413 => "Content Too Large",
        _ => status.canonical_reason().unwrap_or("Unknown"),
    }
}

fn classic_link(error: &HttpError) -> Option<[(&'static str, &str); 3]> {
    const TEXT: &str = "Documentation related to this error";
    let by_type = || error.type_uri_text().map(|href| (TEXT, href));
    error.link_parts().or_else(by_type).map(link)
}

fn link<'a>((text, href): (&'a str, &'a str)) -> [(&'static str, &'a str); 3] {
    [("text", text), ("href", href), ("rel", "help")]
}

fn classic_text(error: &HttpError) -> String {
    let (title, description, code) = classic_fields(error);
    let mut out = String::with_capacity(128);
    out.push('{');
    json_fields([("title", title.as_str())], &mut out);
    if let Some(description) = description {
        out.push(',');
        json_fields([("description", description)], &mut out);
    }
    if let Some(code) = code {
        out.push_str(",\"code\":");
        out.push_str(code);
    }
    if let Some(link) = classic_link(error) {
        out.push_str(",\"link\":{");
        json_fields(link, &mut out);
        out.push('}');
    }
    out.push('}');
    out
}

fn classic_xml(error: &HttpError) -> String {
    let (title, description, code) = classic_fields(error);
    let mut out = String::with_capacity(128);
    out.push_str(XML_HEAD);
    xml_element("error", &mut out, |out| {
        xml_fields([("title", title.as_str())], out);
        xml_fields(description.map(|text| ("description", text)), out);
        xml_fields(code.map(|code| ("code", code)), out);
        if let Some(link) = classic_link(error) {
            xml_element("link", out, |out| xml_fields(link, out));
        }
    });
    out
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

fn problem_text(error: &HttpError) -> String {
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
    if let Some(link) = problem_link(error) {
        out.push_str(",\"link\":{");
        json_fields(link, &mut out);
        out.push('}');
    }
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
    if let Some(link) = problem_link(error) {
        xml_element("link", &mut out, |out| xml_fields(link, out));
    }
    for (name, value) in error.members().filter(|(name, _)| !is_standard(name)) {
        xml_element(name, &mut out, |out| value.write_xml(out));
    }
    out.push_str("</problem>");
    out
}

fn problem_link(error: &HttpError) -> Option<[(&'static str, &str); 3]> {
    error.link_parts().map(link)
}

/// A member must not be written twice, whatever an extension calls its own.
fn is_standard(name: &str) -> bool {
    matches!(
        name,
        "type" | "title" | "status" | "detail" | "instance" | "code" | "link"
    )
}
