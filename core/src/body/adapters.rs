//! Bodies made of other bodies and of streams.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;

use super::{Body, too_large};
use crate::error::{BoxError, Result};

pin_project! {
    /// Any body, with its data as `Bytes` and its error boxed.
    pub(super) struct Uniform<B> {
        #[pin]
        pub(super) body: B,
    }
}

impl<B: http_body::Body> http_body::Body for Uniform<B>
where
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(self.project().body.poll_frame(cx));
        let to_bytes = |mut data: B::Data| data.copy_to_bytes(data.remaining());
        Poll::Ready(frame.map(|f| f.map(|f| f.map_data(to_bytes)).map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

pin_project! {
    /// A stream of chunks as a body.
    pub(super) struct Chunks<S> {
        #[pin]
        pub(super) stream: S,
    }
}

impl<S, D, E> http_body::Body for Chunks<S>
where
    S: Stream<Item = Result<D, E>>,
    D: Into<Bytes>,
    E: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let chunk = ready!(self.project().stream.poll_next(cx));
        let frame = |data: D| Frame::data(data.into());
        Poll::Ready(chunk.map(|chunk| chunk.map(frame).map_err(Into::into)))
    }
}

pin_project! {
    /// A body of which the length was told: it fails where it is longer or shorter.
    pub(super) struct Exact<B> {
        #[pin]
        body: B,
        left: u64,
        failed: bool,
    }
}

impl<B> Exact<B> {
    pub(super) fn new(body: B, length: u64) -> Self {
        Self {
            body,
            left: length,
            failed: false,
        }
    }
}

impl<B> http_body::Body for Exact<B>
where
    B: http_body::Body<Data = Bytes, Error = BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let me = self.project();
        if *me.failed {
            return Poll::Ready(None);
        }
        let frame = ready!(me.body.poll_frame(cx)).transpose()?;
        let data = frame.as_ref().and_then(Frame::data_ref);
        let left = me
            .left
            .checked_sub(data.map_or(0, |data| data.len() as u64));
        match (left, frame) {
            (Some(left), Some(frame)) => {
                *me.left = left;
                Poll::Ready(Some(Ok(frame)))
            }
            (Some(0), None) => Poll::Ready(None),
            _ => {
                *me.failed = true;
                let why = "the body is not as long as was told";
                Poll::Ready(Some(Err(why.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// A body that fails once it has given more than its limit.
pub(super) struct Limited {
    pub(super) body: Body,
    pub(super) left: u64,
    pub(super) max: u64,
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.body.size_hint().lower() > self.left {
            self.body = Body::empty();
            return Poll::Ready(Some(Err(too_large(self.max).into())));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(data) = frame
            .as_ref()
            .and_then(|frame| frame.as_ref().ok()?.data_ref())
        {
            let Some(left) = self.left.checked_sub(data.len() as u64) else {
                self.body = Body::empty();
                return Poll::Ready(Some(Err(too_large(self.max).into())));
            };
            self.left = left;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Bodies that are sent one after another.
pub(super) struct Chain {
    pub(super) bodies: VecDeque<Body>,
}

impl http_body::Body for Chain {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        while let Some(body) = self.bodies.front_mut() {
            if let Some(frame) = ready!(Pin::new(body).poll_frame(cx)) {
                return Poll::Ready(Some(frame));
            }
            self.bodies.pop_front();
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.bodies.iter().all(Body::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        let mut lengths = self.bodies.iter().map(Body::exact_len);
        let sum = lengths.try_fold(0, |sum: u64, length| sum.checked_add(length?));
        sum.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}
