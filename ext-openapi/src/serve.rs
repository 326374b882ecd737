//! The document, served.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

use falcon_core::bytes::Bytes;
use falcon_core::header::{ETag, HeaderValue};
use falcon_core::{HttpError, Metadata, Request, Resource, Response, Result};

use crate::document::Document;
use crate::openapi::Attached;

/// The document in its formats.
#[derive(Debug)]
pub(crate) struct Rendered {
    json: Text,
    yaml: Text,
}

#[derive(Debug)]
struct Text {
    bytes: Bytes,
    tag: String,
}

impl Text {
    fn new(text: String) -> Self {
        let tag = tag_of(text.as_bytes());
        Self {
            bytes: text.into(),
            tag,
        }
    }
}

impl Rendered {
    pub(crate) fn new(document: &Document) -> Self {
        Self {
            json: Text::new(document.to_json()),
            yaml: Text::new(document.to_yaml()),
        }
    }
}

/// A tag for what never changes while the program runs.
pub(crate) fn tag_of(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Json,
    Yaml,
}

/// Answers with the document, in one format.
pub(crate) struct Served {
    format: Format,
    rendered: Arc<OnceLock<Rendered>>,
    attached: Attached,
}

impl Served {
    pub(crate) fn new(
        format: Format,
        rendered: Arc<OnceLock<Rendered>>,
        attached: Attached,
    ) -> Self {
        Self {
            format,
            rendered,
            attached,
        }
    }
}

impl Resource for Served {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let rendered = self.rendered.get().ok_or_else(|| {
            HttpError::internal_server_error().caused_by("the document was never made")
        })?;
        let (text, media_type) = match self.format {
            Format::Json => (&rendered.json, "application/json"),
            // RFC 9512.
            Format::Yaml => (&rendered.yaml, "application/yaml"),
        };
        resp.set_etag(&ETag::strong(text.tag.as_str())?);
        resp.set_cache_control(["no-cache"])?;
        resp.set_content(HeaderValue::from_static(media_type), text.bytes.clone());
        Ok(())
    }

    fn describe(&self, meta: &mut Metadata) {
        self.attached.describe(meta);
    }
}
