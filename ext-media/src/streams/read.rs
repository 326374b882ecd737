//! A stream of values out of a request's body.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use falcon_core::bytes::{Buf, BytesMut};
use falcon_core::{Body, Error, HttpError, Result};
use futures_core::Stream;
use memchr::memchr;
use serde::de::DeserializeOwned;

use super::StreamFormat;
use crate::fault;
use crate::formats::json::Json;

/// RFC 7464 section 2.2.
const RECORD_SEPARATOR: u8 = 0x1e;

/// Values that are read one after another, as they come; made by
/// [`MediaRequest::media_stream`](crate::MediaRequest::media_stream).
///
/// As a [`Stream`] it gives what [`next`](Self::next) gives, and ends after the first error.
pub struct MediaStream<T> {
    format: StreamFormat,
    body: Body,
    buffer: BytesMut,
    /// How much of the buffer holds no separator.
    searched: usize,
    /// Whether a separator stands before what is read next.
    begun: bool,
    max_item_bytes: usize,
    lenient: bool,
    count: usize,
    state: State,
    value: PhantomData<fn() -> T>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// The body is read; the last value may not be.
    AtEnd,
    Ended,
}

impl<T> MediaStream<T> {
    pub(super) fn new(format: StreamFormat, body: Body, lenient: bool) -> Self {
        Self {
            format,
            body,
            buffer: BytesMut::new(),
            searched: 0,
            begun: false,
            max_item_bytes: 1 << 20,
            lenient,
            count: 0,
            state: State::Reading,
            value: PhantomData,
        }
    }

    /// Sets how many bytes a value may have: 1 MiB unless set. How many all of them may have is
    /// told by the route's [`BodyLimit`](falcon_core::BodyLimit).
    #[must_use]
    pub fn max_item_bytes(mut self, most: usize) -> Self {
        self.max_item_bytes = most;
        self
    }

    /// The next value as it stands in the body; `None` at the end.
    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<BytesMut>>> {
        loop {
            let begun = self.begun;
            if let Some(item) = self.take_item() {
                self.check_length(item.len())?;
                let item = self.trimmed(item, begun)?;
                if !item.is_empty() {
                    return Poll::Ready(Ok(Some(item)));
                }
                continue;
            }
            if self.state != State::Reading {
                self.state = State::Ended;
                return Poll::Ready(Ok(None));
            }
            self.check_length(self.buffer.len())?;
            match ready!(self.body.poll_chunk(cx))? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None => self.state = State::AtEnd,
            }
        }
    }

    /// Takes what stands before the next separator off, or what is left at the end.
    fn take_item(&mut self) -> Option<BytesMut> {
        let separator = match self.format {
            StreamFormat::Sequence => RECORD_SEPARATOR,
            _ => b'\n',
        };
        let rest = self.buffer.get(self.searched..).unwrap_or_default();
        if let Some(at) = memchr(separator, rest) {
            let item = self.buffer.split_to(self.searched + at);
            self.buffer.advance(1);
            self.searched = 0;
            self.begun = true;
            return Some(item);
        }
        self.searched = self.buffer.len();
        let is_last = self.state == State::AtEnd && !self.buffer.is_empty();
        is_last.then(|| {
            self.searched = 0;
            self.buffer.split()
        })
    }

    /// The value without the space around it.
    fn trimmed(&self, mut item: BytesMut, begun: bool) -> Result<BytesMut> {
        let start = item.len() - item.trim_ascii_start().len();
        item.advance(start);
        let end = item.trim_ascii_end().len();
        // What stands before the first separator is no value, and a number that ends with the
        // stream may have had more digits (RFC 7464 section 2.4).
        if self.format == StreamFormat::Sequence && end > 0 {
            if !begun {
                return Err(self.malformed("the sequence does not begin with U+001E"));
            }
            let closes_itself = matches!(item.get(end - 1), Some(b'"' | b']' | b'}'));
            if end == item.len() && !closes_itself {
                return Err(self.malformed("the value is cut off"));
            }
        }
        item.truncate(end);
        Ok(item)
    }

    fn check_length(&self, length: usize) -> Result {
        if length <= self.max_item_bytes {
            return Ok(());
        }
        let detail = format!("A value may have at most {} bytes.", self.max_item_bytes);
        Err(HttpError::content_too_large()
            .detail(detail)
            .member("item", self.count)
            .member("max_bytes", self.max_item_bytes))?
    }

    fn malformed(&self, why: &str) -> Error {
        HttpError::bad_request()
            .title("Malformed JSON")
            .code("json_malformed")
            .detail(format!("Value {}: {why}.", self.count))
            .member("item", self.count)
            .into()
    }
}

impl<T: DeserializeOwned> MediaStream<T> {
    /// Returns the next value; `None` at the end of the body.
    ///
    /// # Errors
    ///
    /// - 400 and 422 as for a body that is one JSON document, with `item`, the number of the value
    ///   from 0; `line` and `column` are those inside the value.
    /// - 413, code `content_too_large`, if the value or the body is too long.
    /// - 400, code `body_incomplete`, if the client went away.
    ///
    /// After an error there is nothing more.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped loses nothing.
    pub async fn next(&mut self) -> Result<Option<T>> {
        std::future::poll_fn(|cx| self.poll_value(cx)).await
    }

    fn poll_value(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<T>>> {
        if self.state == State::Ended {
            return Poll::Ready(Ok(None));
        }
        let value = match ready!(self.poll_item(cx)) {
            Ok(None) => Ok(None),
            Ok(Some(item)) => fault::read::<Json, T>(&item, self.lenient)
                .map(Some)
                .map_err(|error| numbered(error, self.count)),
            Err(error) => Err(error),
        };
        self.count += 1;
        if value.is_err() {
            self.state = State::Ended;
        }
        Poll::Ready(value)
    }
}

/// The error of a value, with its number.
#[cold]
fn numbered(error: Error, item: usize) -> Error {
    match error.to_http() {
        Some(http) => {
            let detail = http.detail_text().unwrap_or_default();
            let detail = format!("Value {item}: {detail}");
            http.into_owned().detail(detail).member("item", item).into()
        }
        None => error,
    }
}

impl<T: DeserializeOwned> Stream for MediaStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.poll_value(cx).map(Result::transpose)
    }
}

impl<T> std::fmt::Debug for MediaStream<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaStream")
            .field("format", &self.format)
            .field("values_so_far", &self.count)
            .finish_non_exhaustive()
    }
}
