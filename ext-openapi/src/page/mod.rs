//! A page to read the API and to try it: Swagger UI, from the crate itself.
//!
//! Nothing comes from elsewhere, nothing runs that stands in the page or in the document, and nothing that is
//! typed in is kept.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::OnceLock;

use falcon_core::bytes::Bytes;
use falcon_core::header::{self, ETag, HeaderName, HeaderValue};
use falcon_core::{Metadata, Request, Resource, Response, Result, Setup};

use crate::document::Info;
use crate::openapi::Attached;
use crate::serve::tag_of;

/// The viewer's own files, with its licence: see the README among them.
const BUNDLE: &[u8] = include_bytes!("../../assets/swagger-ui-bundle.js.gz");
const STYLE: &[u8] = include_bytes!("../../assets/swagger-ui.css.gz");
const NOTICES: &[u8] = include_bytes!("../../assets/swagger-ui-bundle.js.LICENSE.txt");
const LICENCE: &[u8] = include_bytes!("../../assets/LICENSE");
const NOTICE: &[u8] = include_bytes!("../../assets/NOTICE");
const START: &[u8] = include_bytes!("start.js");

/// Adds the page, and the files that it is made of below it.
pub(crate) fn add(
    app: &mut Setup<'_>,
    path: &str,
    document: &str,
    info: &Info,
    attached: &Attached,
) {
    let page = path.trim_end_matches('/');
    let html = html(page, path.ends_with('/'), document, &info.title);
    let policy = policy(info);
    let files = [
        ("swagger-ui-bundle.js", JAVASCRIPT, BUNDLE, true),
        ("swagger-ui.css", "text/css; charset=utf-8", STYLE, true),
        ("start.js", JAVASCRIPT, START, false),
        // Where the first line of the bundle says that it is.
        (
            "swagger-ui-bundle.js.LICENSE.txt",
            "text/plain; charset=utf-8",
            NOTICES,
            false,
        ),
        ("LICENSE", "text/plain; charset=utf-8", LICENCE, false),
        ("NOTICE", "text/plain; charset=utf-8", NOTICE, false),
    ];
    for (name, media_type, bytes, is_packed) in files {
        let file = File {
            media_type,
            tag: tag_of(bytes),
            bytes: Bytes::from_static(bytes),
            unpacked: OnceLock::new(),
            is_packed,
            policy: None,
            attached: attached.clone(),
        };
        app.add_route(&format!("{page}/{name}"), file);
    }
    let file = File {
        media_type: "text/html; charset=utf-8",
        tag: tag_of(html.as_bytes()),
        bytes: html.into(),
        unpacked: OnceLock::new(),
        is_packed: false,
        policy: Some(policy),
        attached: attached.clone(),
    };
    app.add_route(path, file);
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// A file of the page.
struct File {
    media_type: &'static str,
    tag: String,
    bytes: Bytes,
    unpacked: OnceLock<Bytes>,
    /// Whether the bytes are packed with gzip.
    is_packed: bool,
    policy: Option<HeaderValue>,
    attached: Attached,
}

impl Resource for File {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let nosniff = HeaderValue::from_static("nosniff");
        resp.headers_mut()
            .insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
        if let Some(policy) = &self.policy {
            resp.headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy.clone());
            resp.set_header(header::REFERRER_POLICY, "no-referrer")?;
        }
        resp.set_cache_control(["no-cache"])?;
        let (body, tag) = self.body(req, resp)?;
        resp.set_etag(&ETag::strong(tag)?);
        resp.set_content(HeaderValue::from_static(self.media_type), body);
        Ok(())
    }

    fn describe(&self, meta: &mut Metadata) {
        self.attached.describe(meta);
    }
}

impl File {
    /// The bytes in the coding that the client takes, and the tag for it.
    fn body(&self, req: &Request, resp: &mut Response) -> Result<(Bytes, String)> {
        if !self.is_packed {
            return Ok((self.bytes.clone(), self.tag.clone()));
        }
        resp.add_vary(&HeaderName::from_static("accept-encoding"));
        let accept = req.accept_encoding();
        if accept.is_some_and(|accept| accept.quality("gzip") > 0) {
            resp.set_header(header::CONTENT_ENCODING, "gzip")?;
            return Ok((self.bytes.clone(), format!("{}-gzip", self.tag)));
        }
        let plain = if let Some(plain) = self.unpacked.get() {
            plain.clone()
        } else {
            let plain = Bytes::from(unpacked(&self.bytes)?);
            self.unpacked.get_or_init(|| plain).clone()
        };
        Ok((plain, self.tag.clone()))
    }
}

fn unpacked(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Names are relative, so that the page works below a prefix that a proxy takes off.
fn html(page: &str, ends_with_slash: bool, document: &str, title: &str) -> String {
    let depth = page
        .matches('/')
        .count()
        .saturating_sub(usize::from(!ends_with_slash));
    // With a dot in front, or a colon would make a scheme of it.
    let own = if ends_with_slash {
        "./".to_owned()
    } else {
        format!("./{}/", page.rsplit('/').next().unwrap_or_default())
    };
    let up = if depth == 0 {
        "./".to_owned()
    } else {
        "../".repeat(depth)
    };
    let document = format!("{up}{}", document.trim_start_matches('/'));
    let (title, document, own) = (escaped(title), escaped(&document), escaped(&own));
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{own}swagger-ui.css">
</head>
<body>
<div id="api" data-document="{document}"></div>
<script src="{own}swagger-ui-bundle.js"></script>
<script src="{own}start.js"></script>
</body>
</html>
"#
    )
}

fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into();
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => drop(write!(out, "&#{};", u32::from(c))),
            other => out.push(other),
        }
    }
    out.into()
}

/// What the page may do: run its own files, and call the API.
fn policy(info: &Info) -> HeaderValue {
    let origins = info.servers.iter().filter_map(|(url, _)| origin(url));
    let origins: String = origins.map(|origin| format!(" {origin}")).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         connect-src 'self'{origins}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The origin of a server that is elsewhere.
fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let is_web = ["https", "http"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    let is_plain = !host.is_empty() && host.chars().all(is_host);
    (is_web && is_plain).then(|| &url[..scheme.len() + 3 + host.len()])
}
