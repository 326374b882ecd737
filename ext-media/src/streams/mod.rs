//! Values one after another, as they come: NDJSON and JSON text sequences.

mod read;
mod write;

use falcon_core::header::{CONTENT_TYPE, HeaderValue, MediaType};
use falcon_core::{Request, Result};

pub use self::read::MediaStream;
pub(crate) use self::write::body;
use crate::media::Media;

/// How values stand in a stream.
///
/// | | media type | what stands around a value |
/// | --- | --- | --- |
/// | `Lines` | `application/x-ndjson`; `application/jsonl` and `application/ndjson` are read too | a line feed behind it |
/// | `Sequence` | `application/json-seq` (RFC 7464) | U+001E before it, a line feed behind it |
/// | `Array` | `application/json` | brackets around all, a comma between two |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamFormat {
    /// NDJSON, also called JSON lines.
    Lines,
    /// A JSON text sequence.
    Sequence,
    /// One JSON document; responses only.
    Array,
}

impl StreamFormat {
    /// Returns the media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Lines => "application/x-ndjson",
            Self::Sequence => "application/json-seq",
            Self::Array => "application/json",
        }
    }

    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.media_type())
    }

    /// The format of a body that is a stream.
    fn of(content_type: &str) -> Option<Self> {
        let media_type = MediaType::parse(content_type)?;
        let is_any = |names: &[&str]| names.iter().any(|name| media_type.is(name));
        let charset = media_type.param("charset");
        if charset.is_some_and(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
            None
        } else if is_any(&[
            "application/x-ndjson",
            "application/ndjson",
            "application/jsonl",
        ]) {
            Some(Self::Lines)
        } else if is_any(&["application/json-seq"]) {
            Some(Self::Sequence)
        } else {
            None
        }
    }
}

/// What [`MediaRequest::media_stream`](crate::MediaRequest::media_stream) does.
pub(crate) fn of<T>(req: &Request) -> Result<MediaStream<T>> {
    req.check_content_encoding()?;
    let content_type = req.headers().get(CONTENT_TYPE);
    let format = content_type.and_then(|value| StreamFormat::of(value.to_str().ok()?));
    let formats = [StreamFormat::Lines, StreamFormat::Sequence];
    let format = format.ok_or_else(|| {
        req.media_type_unsupported(&formats.map(|format| format.media_type().to_owned()))
    })?;
    let lenient = Media::of(req).is_lenient();
    Ok(MediaStream::new(format, req.take_body()?, lenient))
}

/// What the client likes best; the first of all where it likes them as well.
pub(crate) fn choose(req: &Request) -> Result<StreamFormat> {
    let formats = [
        StreamFormat::Lines,
        StreamFormat::Sequence,
        StreamFormat::Array,
    ];
    let offers = formats.map(StreamFormat::media_type);
    let accept = req.accept().filter(|accept| !accept.is_empty());
    let chosen = accept.map_or(Some(offers[0]), |accept| accept.best_of(&offers));
    let found = formats
        .into_iter()
        .find(|format| Some(format.media_type()) == chosen);
    Ok(found.ok_or_else(|| crate::negotiate::not_acceptable(&offers))?)
}
