//! The body of a request or a response: empty, whole, or a stream.

mod adapters;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::{Frame, SizeHint};

use self::adapters::{Chain, Chunks, Exact, Limited, Uniform};
use crate::error::{BoxError, Error, HttpError, Result};

/// A body on its way in or out: empty, whole, or a stream of frames.
///
/// **Shape:** opaque, so that it can grow. An empty or whole body allocates nothing of its own; a
/// stream is boxed once. It is both `Send` and `Sync`.
///
/// `Body` is itself an [`http_body::Body`], so it goes wherever hyper or tower expect one.
///
/// # Examples
///
/// ```
/// use falcon_core::Body;
///
/// let whole = Body::from("Hello!");
/// assert_eq!(whole.exact_len(), Some(6));
/// assert!(Body::empty().is_empty());
/// ```
#[derive(Default)]
pub struct Body(Repr);

#[derive(Default)]
enum Repr {
    #[default]
    Empty,
    Whole(Bytes),
    // The mutex is never locked: it only makes a `Send` stream `Sync`, through `get_mut`.
    Stream(Mutex<BoxedStream>),
    Seekable(Mutex<Box<Seekable>>),
}

/// A body of which any part can be had, and the whole once it is read.
struct Seekable {
    length: u64,
    read: Box<dyn Fn(Range<u64>) -> Body + Send>,
    whole: Option<Body>,
}

impl Seekable {
    fn whole(&mut self) -> &mut Body {
        if self.whole.is_none() {
            self.whole = Some(self.part(0..self.length));
        }
        self.whole.get_or_insert_default()
    }

    /// A part, which is announced with its length, and held to it.
    fn part(&self, part: Range<u64>) -> Body {
        let length = part.end - part.start;
        let body = (self.read)(part);
        match &body.0 {
            Repr::Whole(bytes) if bytes.len() as u64 == length => body,
            _ => Body::boxed(Exact::new(body, length)),
        }
    }
}

type BoxedStream = Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>;

impl Body {
    /// Makes a body without content.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Makes a body of bytes that are all there.
    #[must_use]
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() {
            Self::empty()
        } else {
            Self(Repr::Whole(bytes))
        }
    }

    /// Makes a body of any [`http_body::Body`]: one of hyper's, of tower's, or your own.
    ///
    /// A body that is at its end already becomes an empty one and is not boxed.
    #[must_use]
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        if body.is_end_stream() {
            return Self::empty();
        }
        let mut slot = Some(body);
        let any: &mut dyn std::any::Any = &mut slot;
        if let Some(own) = any.downcast_mut::<Option<Self>>() {
            return own.take().unwrap_or_default();
        }
        match slot {
            Some(body) => Self::boxed(Uniform { body }),
            None => Self::empty(),
        }
    }

    /// Makes a body of a stream of chunks.
    ///
    /// The length is not known, so HTTP/1.1 sends it chunked. An `Err` breaks the connection off:
    /// the client sees that the body is not whole.
    #[must_use]
    pub fn stream<S, D, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<D, E>> + Send + 'static,
        D: Into<Bytes>,
        E: Into<BoxError>,
    {
        Self::boxed(Chunks { stream })
    }

    /// As [`stream`](Self::stream), with the length told beforehand. A stream that gives less, or
    /// more in its last chunk, breaks the connection off; after the length nothing is asked for.
    #[must_use]
    pub fn sized_stream<S, D, E>(length: u64, stream: S) -> Self
    where
        S: Stream<Item = Result<D, E>> + Send + 'static,
        D: Into<Bytes>,
        E: Into<BoxError>,
    {
        if length == 0 {
            return Self::empty();
        }
        Self::boxed(Exact::new(Chunks { stream }, length))
    }

    /// Makes a body of which any part can be had by itself: a file, an object in a store.
    ///
    /// `read` gets positions in bytes, and makes the body that gives what lies between them. It is
    /// called once for each part that is sent, and held to its length as a
    /// [`sized_stream`](Self::sized_stream) is.
    ///
    /// ```
    /// use falcon_core::Body;
    ///
    /// let text = "what stands in a file";
    /// let body = Body::seekable(text.len() as u64, move |part| {
    ///     Body::from(&text.as_bytes()[part.start as usize..part.end as usize])
    /// });
    /// assert_eq!(body.exact_len(), Some(21));
    /// ```
    #[must_use]
    pub fn seekable<F>(length: u64, read: F) -> Self
    where
        F: Fn(Range<u64>) -> Self + Send + 'static,
    {
        if length == 0 {
            return Self::empty();
        }
        Self(Repr::Seekable(Mutex::new(Box::new(Seekable {
            length,
            read: Box::new(read),
            whole: None,
        }))))
    }

    fn boxed(body: impl http_body::Body<Data = Bytes, Error = BoxError> + Send + 'static) -> Self {
        Self(Repr::Stream(Mutex::new(Box::pin(body))))
    }

    /// A part of a body that is whole or seekable, and not begun.
    pub(crate) fn part(&mut self, part: Range<u64>) -> Option<Self> {
        match &mut self.0 {
            Repr::Whole(bytes) => {
                let from = usize::try_from(part.start).ok()?;
                let to = usize::try_from(part.end).ok()?;
                (to <= bytes.len()).then(|| Self::full(bytes.slice(from..to)))
            }
            Repr::Seekable(seekable) => {
                let seekable = seekable.get_mut().ok()?;
                seekable.whole.is_none().then(|| seekable.part(part))
            }
            Repr::Empty | Repr::Stream(_) => None,
        }
    }

    /// Several bodies, one after another.
    pub(crate) fn chain(bodies: Vec<Self>) -> Self {
        Self::boxed(Chain {
            bodies: bodies.into(),
        })
    }

    /// Tells whether it is known that nothing (more) will come.
    pub fn is_empty(&self) -> bool {
        http_body::Body::is_end_stream(self)
    }

    /// Returns the length in bytes, where it is known before reading.
    pub fn exact_len(&self) -> Option<u64> {
        http_body::Body::size_hint(self).exact()
    }

    /// Returns the bytes of a body that is empty or whole, without reading; `None` for a stream.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Repr::Empty => Some(&[]),
            Repr::Whole(bytes) => Some(bytes),
            Repr::Stream(_) | Repr::Seekable(_) => None,
        }
    }

    /// Reads to the end and returns all bytes. Trailers are dropped.
    ///
    /// **Units:** `max_bytes` is inclusive: a body of exactly that length is read.
    ///
    /// # Errors
    ///
    /// - 413, code `content_too_large`, as soon as it is known that the body is longer.
    /// - 400, code `body_incomplete`, if the peer went away or broke the framing.
    /// - Whatever error a wrapper put into the stream, with its own status.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the body with what was read of it.
    pub async fn read(self, max_bytes: u64) -> Result<Bytes> {
        let mut stream: Mutex<BoxedStream> = match self.0 {
            Repr::Empty => return Ok(Bytes::new()),
            Repr::Whole(bytes) if bytes.len() as u64 <= max_bytes => return Ok(bytes),
            Repr::Whole(_) => return Err(too_large(max_bytes).into()),
            Repr::Stream(stream) => stream,
            seekable @ Repr::Seekable(_) => Mutex::new(Box::pin(Self(seekable))),
        };
        let stream = stream
            .get_mut()
            .map_err(|_| incomplete("its source failed"))?;
        if stream.size_hint().lower() > max_bytes {
            return Err(too_large(max_bytes).into());
        }
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(frame) = std::future::poll_fn(|cx| stream.as_mut().poll_frame(cx)).await {
            let Ok(data) = frame.map_err(read_failed)?.into_data() else {
                continue;
            };
            if (first.len() + rest.len() + data.len()) as u64 > max_bytes {
                return Err(too_large(max_bytes).into());
            }
            if first.is_empty() && rest.is_empty() {
                first = data;
            } else {
                if rest.is_empty() {
                    rest.reserve(expected(
                        first.len() + data.len(),
                        stream.size_hint().upper(),
                        max_bytes,
                    ));
                    rest.extend_from_slice(&std::mem::take(&mut first));
                }
                rest.extend_from_slice(&data);
            }
        }
        Ok(if rest.is_empty() {
            first
        } else {
            rest.freeze()
        })
    }

    /// Reads the next piece; `None` at the end. Trailers are passed over.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), with the limit that the body has.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped loses nothing.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        std::future::poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// As [`chunk`](Self::chunk), for code that polls.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        loop {
            let frame = ready!(http_body::Body::poll_frame(Pin::new(self), cx));
            let Some(frame) = frame.transpose().map_err(read_failed)? else {
                return Poll::Ready(Ok(None));
            };
            if let Some(data) = frame.into_data().ok().filter(|data| !data.is_empty()) {
                return Poll::Ready(Ok(Some(data)));
            }
        }
    }

    /// Returns the same body, failing with 413 (code `content_too_large`) past `max_bytes`.
    #[must_use]
    pub fn limited(self, max_bytes: u64) -> Self {
        match self.0 {
            Repr::Empty => self,
            Repr::Whole(ref bytes) if bytes.len() as u64 <= max_bytes => self,
            repr => Self::boxed(Limited {
                body: Self(repr),
                left: max_bytes,
                max: max_bytes,
            }),
        }
    }
}

/// How much to reserve for a body of several frames: what is announced, within reason.
fn expected(so_far: usize, announced: Option<u64>, max_bytes: u64) -> usize {
    const MOST: u64 = 1 << 20;
    let announced = announced.unwrap_or(0).min(max_bytes).min(MOST);
    so_far.saturating_add(usize::try_from(announced).unwrap_or(0))
}

fn too_large(max_bytes: u64) -> HttpError {
    HttpError::content_too_large()
        .detail(format!("The body may have at most {max_bytes} bytes."))
        .member("max_bytes", max_bytes)
}

fn incomplete(why: &str) -> HttpError {
    HttpError::bad_request()
        .code("body_incomplete")
        .title("Incomplete body")
        .detail(format!(
            "The request body could not be read to its end: {why}."
        ))
}

/// An error of a wrapper keeps its status; an error of the connection is the client's.
fn read_failed(error: BoxError) -> Error {
    let error = Error::boxed(error);
    if error.is_http() {
        return error;
    }
    incomplete("the connection was closed or its framing is broken")
        .caused_by(error)
        .into()
}

/// What a stream says of itself; `None` where that panics, for it is the application's, and is asked
/// where nothing else would catch it.
fn ask<T>(stream: &Mutex<BoxedStream>, question: impl Fn(&BoxedStream) -> T) -> Option<T> {
    let stream = stream.try_lock().ok()?;
    catch_unwind(AssertUnwindSafe(|| question(&stream))).ok()
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Repr::Empty => Poll::Ready(None),
            Repr::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                self.0 = Repr::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Repr::Stream(stream) => match stream.get_mut() {
                Ok(stream) => stream.as_mut().poll_frame(cx),
                Err(_) => Poll::Ready(None),
            },
            Repr::Seekable(seekable) => match seekable.get_mut() {
                Ok(seekable) => Pin::new(seekable.whole()).poll_frame(cx),
                Err(_) => Poll::Ready(None),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Repr::Empty => true,
            Repr::Whole(bytes) => bytes.is_empty(),
            Repr::Stream(stream) => ask(stream, http_body::Body::is_end_stream).unwrap_or(false),
            Repr::Seekable(seekable) => seekable
                .try_lock()
                .is_ok_and(|s| s.whole.as_ref().is_some_and(Self::is_empty)),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Repr::Empty => SizeHint::with_exact(0),
            Repr::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Repr::Stream(stream) => ask(stream, http_body::Body::size_hint).unwrap_or_default(),
            Repr::Seekable(seekable) => match seekable.try_lock() {
                Ok(seekable) => seekable.whole.as_ref().map_or_else(
                    || SizeHint::with_exact(seekable.length),
                    http_body::Body::size_hint,
                ),
                Err(_) => SizeHint::new(),
            },
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Repr::Empty => f.write_str("Body(empty)"),
            Repr::Whole(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Repr::Stream(_) => f.write_str("Body(stream)"),
            Repr::Seekable(_) => f.write_str("Body(seekable)"),
        }
    }
}

macro_rules! from_whole {
    ($($from:ty),*) => { $(
        impl From<$from> for Body {
            fn from(whole: $from) -> Self {
                Self::full(whole)
            }
        }
    )* };
}
from_whole!(Bytes, Vec<u8>, String, &'static str, &'static [u8]);
