//! A stream of values as a response's body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use falcon_core::bytes::Bytes;
use falcon_core::{Body, BoxError};
use futures_core::Stream;
use serde::Serialize;

use super::StreamFormat;

pub(crate) fn body<S, T, E>(format: StreamFormat, values: S) -> Body
where
    S: Stream<Item = Result<T, E>> + Send + 'static,
    T: Serialize,
    E: Into<BoxError>,
{
    Body::stream(Written {
        format,
        values: Box::pin(values),
        state: State::Begin,
    })
}

struct Written<S> {
    format: StreamFormat,
    values: Pin<Box<S>>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Begin,
    Middle,
    Ended,
}

impl<S> Written<S> {
    /// What is sent of a value.
    fn piece<T: Serialize>(&mut self, value: &T) -> serde_json::Result<Bytes> {
        let mut piece = Vec::with_capacity(128);
        let (before, after) = match (self.format, self.state) {
            (StreamFormat::Sequence, _) => ("\u{1e}", "\n"),
            (StreamFormat::Lines, _) => ("", "\n"),
            (StreamFormat::Array, State::Begin) => ("[", ""),
            (StreamFormat::Array, _) => (",", ""),
        };
        piece.extend_from_slice(before.as_bytes());
        serde_json::to_writer(&mut piece, value)?;
        piece.extend_from_slice(after.as_bytes());
        self.state = State::Middle;
        Ok(piece.into())
    }

    /// What is sent after the last value.
    fn end(&mut self) -> Option<Bytes> {
        let before = std::mem::replace(&mut self.state, State::Ended);
        match (self.format, before) {
            (StreamFormat::Array, State::Begin) => Some(Bytes::from_static(b"[]")),
            (StreamFormat::Array, State::Middle) => Some(Bytes::from_static(b"]")),
            _ => None,
        }
    }
}

impl<S, T, E> Stream for Written<S>
where
    S: Stream<Item = Result<T, E>>,
    T: Serialize,
    E: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        if self.state == State::Ended {
            return Poll::Ready(None);
        }
        let piece = match ready!(self.values.as_mut().poll_next(cx)) {
            None => return Poll::Ready(self.end().map(Ok)),
            Some(Ok(value)) => self.piece(&value).map_err(BoxError::from),
            Some(Err(error)) => Err(error.into()),
        };
        if piece.is_err() {
            self.state = State::Ended;
        }
        Poll::Ready(Some(piece))
    }
}
