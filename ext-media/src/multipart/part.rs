//! One part of a form.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use falcon_core::bytes::{Bytes, BytesMut};
use falcon_core::header::{CONTENT_TYPE, HeaderMap, MediaType};
use falcon_core::{Error, HttpError, Result, filename};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::head::{Head, decode_extended};
use super::{Multipart, State};

/// One part of a form: a field, or a file.
///
/// It borrows the form, so that the next part cannot be asked for while this one is in hand: that does
/// not compile.
///
/// ```compile_fail,E0499
/// # async fn d42_a_part_that_is_kept(mut form: falcon_media::Multipart) -> falcon_core::Result {
/// let first = form.next_part().await?;
/// let second = form.next_part().await?;
/// drop(first);
/// # Ok(())
/// # }
/// ```
///
/// As a [`Stream`] it gives what [`chunk`](Self::chunk) gives.
#[derive(Debug)]
pub struct Part<'a> {
    form: &'a mut Multipart,
    head: Head,
    ended: bool,
}

impl<'a> Part<'a> {
    pub(super) fn new(form: &'a mut Multipart, head: Head) -> Self {
        Self {
            form,
            head,
            ended: false,
        }
    }

    /// Returns the name of the field; it is empty where a part of another `multipart` type has
    /// none.
    pub fn name(&self) -> &str {
        self.head.name.as_deref().unwrap_or_default()
    }

    /// Returns the file's name as the client sent it; `None` where the part is no file.
    ///
    /// It may be anything, `../../etc/passwd` too. What becomes a path is
    /// [`secure_file_name`](Self::secure_file_name).
    pub fn raw_file_name(&self) -> Option<&str> {
        self.head.file_name.as_deref()
    }

    /// Returns the file's name as `filename*` tells it (RFC 8187), which RFC 7578 section 4.2
    /// forbids and some clients send; `None` where it is not there, or is malformed. It may be
    /// anything, too.
    pub fn raw_extended_file_name(&self) -> Option<String> {
        decode_extended(self.head.extended.as_deref()?)
    }

    /// Returns a name made of the file's that is safe as one of a file: of at most 255 bytes, of
    /// ASCII letters, digits, `.`, `-` and `_`; see [`filename::secure`].
    ///
    /// # Errors
    ///
    /// 400, code `multipart_malformed`, if the part has no file name, or an empty one.
    pub fn secure_file_name(&self) -> Result<String> {
        let name = self
            .raw_file_name()
            .and_then(|name| filename::secure(name, 255));
        name.ok_or_else(|| super::malformed("a part has no file name"))
    }

    /// Returns the `Content-Type`; `text/plain` where the part has none (RFC 7578 section 4.4).
    pub fn content_type(&self) -> &str {
        let own = self.head.headers.get(CONTENT_TYPE);
        own.and_then(|value| value.to_str().ok())
            .unwrap_or("text/plain")
    }

    /// Returns the headers of the part.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Returns the next piece of the content; `None` at its end.
    ///
    /// # Errors
    ///
    /// As [`Multipart::next_part`].
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped loses nothing of the content.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        if self.ended {
            return Poll::Ready(Ok(None));
        }
        let polled = ready!(self.form.reader.poll_content(cx));
        self.ended = !matches!(polled, Ok(Some(_)));
        if polled.is_err() {
            self.form.state = State::Broken;
        }
        Poll::Ready(polled)
    }

    /// Reads the rest of the content.
    ///
    /// # Errors
    ///
    /// - 413, code `content_too_large`, if it has more bytes than
    ///   [`MultipartLimits::part_bytes`](super::MultipartLimits::part_bytes), 1 MiB unless set.
    /// - As [`Multipart::next_part`].
    pub async fn bytes(&mut self) -> Result<Bytes> {
        let most = self.form.limits.part_bytes;
        let mut all = BytesMut::new();
        let mut first = Bytes::new();
        while let Some(chunk) = self.chunk().await? {
            if (first.len() + all.len() + chunk.len()) as u64 > most {
                Err(self.too_large(most))?;
            }
            if first.is_empty() {
                first = chunk;
            } else {
                all.extend_from_slice(&chunk);
            }
        }
        if all.is_empty() {
            return Ok(first);
        }
        let mut whole = BytesMut::from(first);
        whole.unsplit(all);
        Ok(whole.freeze())
    }

    fn too_large(&self, most: u64) -> HttpError {
        let name = self.shown_name();
        HttpError::content_too_large()
            .detail(format!("The part `{name}` may have at most {most} bytes."))
            .member("part", name)
            .member("max_bytes", most)
    }

    /// The name, short enough for a sentence.
    fn shown_name(&self) -> String {
        crate::problem::shown(self.name())
    }

    /// Reads the rest of the content as a text. Its `charset` may be UTF-8, US-ASCII or ISO-8859-1;
    /// UTF-8 is meant where none is told. A file is read as well, whatever its type.
    ///
    /// # Errors
    ///
    /// - 400, code `multipart_text_malformed`, if it is not in the charset, or that is another one.
    /// - As [`bytes`](Self::bytes).
    pub async fn text(&mut self) -> Result<String> {
        let charset = MediaType::parse(self.content_type())
            .and_then(|media_type| media_type.param("charset"))
            .map_or_else(
                || "utf-8".to_owned(),
                |charset| charset.to_ascii_lowercase(),
            );
        let bytes = self.bytes().await?;
        let text = match charset.as_str() {
            "utf-8" | "utf8" => String::from_utf8(bytes.into()).ok(),
            "us-ascii" | "ascii" => String::from_utf8(bytes.into())
                .ok()
                .filter(|text| text.is_ascii()),
            "iso-8859-1" | "latin1" | "latin-1" => {
                Some(bytes.iter().copied().map(char::from).collect())
            }
            _ => None,
        };
        text.ok_or_else(|| self.no_text(&charset))
    }

    fn no_text(&self, charset: &str) -> Error {
        let (name, charset) = (self.shown_name(), crate::problem::shown(charset));
        HttpError::bad_request()
            .title("Malformed text in a form")
            .code("multipart_text_malformed")
            .detail(format!(
                "The part `{name}` is no text in the charset {charset}."
            ))
            .member("part", name)
            .into()
    }

    /// Reads the rest of the content as a value, in the format of the app's
    /// [`Media`](crate::Media) that the part's `Content-Type` names.
    ///
    /// # Errors
    ///
    /// - 415, code `media_type_unsupported`, if no format of the app reads that type.
    /// - As [`MediaRequest::media`](crate::MediaRequest::media) and [`bytes`](Self::bytes).
    pub async fn media<T: DeserializeOwned>(&mut self) -> Result<T> {
        let content_type = self.content_type().to_owned();
        let media_type = MediaType::parse(&content_type);
        let media = self.form.media.clone();
        let format = media_type.and_then(|media_type| media.unnamed(&media_type));
        let (Some(media_type), Some(format)) = (media_type, format) else {
            return Err(self.unsupported(&media))?;
        };
        let bytes = self.bytes().await?;
        if bytes.is_empty() && !format.takes_nothing() {
            Err(HttpError::body_missing(std::slice::from_ref(&content_type)))?;
        }
        format.read(&bytes, &media_type, media.is_lenient())
    }

    fn unsupported(&self, media: &crate::Media) -> HttpError {
        let name = self.shown_name();
        let names: Vec<String> = media.names().map(str::to_owned).collect();
        HttpError::unsupported_media_type()
            .detail(format!(
                "The part `{name}` must be of type {}.",
                names.join(", ")
            ))
            .code("media_type_unsupported")
            .member("part", name)
            .member("supported", names)
    }
}

impl Stream for Part<'_> {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.poll_chunk(cx).map(Result::transpose)
    }
}
