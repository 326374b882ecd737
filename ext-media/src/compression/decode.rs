//! Decompressing a body, piece by piece.

use std::io::{self, ErrorKind, Read};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use falcon_core::bytes::{Buf, Bytes};
use falcon_core::{Body, BoxError, HttpError};
use futures_core::Stream;

use super::coding::Coding;

/// How much is made at once: a few bytes of a bomb are worth megabytes.
const PIECE: usize = 16 << 10;

/// The largest window that a client may ask for, as a power of two: 8 MiB.
#[cfg(feature = "zstd")]
const MAX_WINDOW: u32 = 23;

/// Decompresses a body as it comes.
pub(super) fn stream(coding: Coding, body: Body) -> io::Result<Body> {
    let feed = Feed::default();
    let source = feed.clone();
    let decoder: Box<dyn Read + Send> = match coding {
        #[cfg(feature = "zstd")]
        Coding::Zstd => {
            let mut zstd = zstd::stream::read::Decoder::new(source)?;
            zstd.window_log_max(MAX_WINDOW)?;
            Box::new(zstd)
        }
        #[cfg(feature = "br")]
        Coding::Brotli => Box::new(Unbrotli::new(source)),
        #[cfg(feature = "gzip")]
        Coding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(source)),
    };
    Ok(Body::stream(Decompressed {
        body,
        feed,
        decoder,
        coding,
        piece: vec![0; PIECE],
        state: State::Decoding,
    }))
}

/// What has come and is not decompressed yet; the decoder reads from it.
#[derive(Clone, Default)]
struct Feed(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    chunk: Bytes,
    ended: bool,
}

impl Feed {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut waiting = self.lock();
        let length = into.len().min(waiting.chunk.len());
        if length == 0 && !waiting.ended && !into.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let into = into.get_mut(..length).unwrap_or_default();
        waiting.chunk.copy_to_slice(into);
        Ok(length)
    }
}

/// Brotli, with nothing read beyond its end: what follows is to be seen.
#[cfg(feature = "br")]
struct Unbrotli {
    source: Feed,
    state: Box<BrotliState>,
    done: bool,
}

#[cfg(feature = "br")]
type BrotliState = brotli::BrotliState<
    brotli::enc::StandardAlloc,
    brotli::enc::StandardAlloc,
    brotli::enc::StandardAlloc,
>;

#[cfg(feature = "br")]
impl Unbrotli {
    fn new(source: Feed) -> Self {
        let alloc = brotli::enc::StandardAlloc::default;
        Self {
            source,
            state: Box::new(BrotliState::new(alloc(), alloc(), alloc())),
            done: false,
        }
    }
}

#[cfg(feature = "br")]
impl Read for Unbrotli {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.done {
            return Ok(0);
        }
        let mut waiting = self.source.lock();
        let (mut left, mut taken, mut room, mut made, mut total) =
            (waiting.chunk.len(), 0, into.len(), 0, 0);
        let result = brotli::BrotliDecompressStream(
            &mut left,
            &mut taken,
            &waiting.chunk,
            &mut room,
            &mut made,
            into,
            &mut total,
            &mut self.state,
        );
        waiting.chunk.advance(taken);
        self.done = matches!(result, brotli::BrotliResult::ResultSuccess);
        match result {
            brotli::BrotliResult::ResultFailure => Err(ErrorKind::InvalidData.into()),
            brotli::BrotliResult::NeedsMoreInput if made == 0 && waiting.ended => {
                Err(ErrorKind::UnexpectedEof.into())
            }
            brotli::BrotliResult::NeedsMoreInput if made == 0 => Err(ErrorKind::WouldBlock.into()),
            _ => Ok(made),
        }
    }
}

struct Decompressed {
    body: Body,
    feed: Feed,
    decoder: Box<dyn Read + Send>,
    coding: Coding,
    piece: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Decoding,
    /// The compressed data is at its end, and nothing may follow.
    AtEnd,
    Ended,
}

impl Decompressed {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, BoxError>> {
        loop {
            match self.state {
                State::Decoding => {}
                State::AtEnd => return self.poll_end(cx),
                State::Ended => return Poll::Ready(Ok(None)),
            }
            match self.decoder.read(&mut self.piece) {
                Ok(0) => self.state = State::AtEnd,
                Ok(length) => {
                    let made = self.piece.get(..length).unwrap_or_default();
                    return Poll::Ready(Ok(Some(Bytes::copy_from_slice(made))));
                }
                // It asks only when it has taken all that there was.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let chunk = ready!(self.body.poll_chunk(cx))?;
                    let mut waiting = self.feed.lock();
                    waiting.ended = chunk.is_none();
                    waiting.chunk = chunk.unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(self.malformed(&error).into())),
            }
        }
    }

    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, BoxError>> {
        let is_left = !self.feed.lock().chunk.is_empty();
        if is_left || ready!(self.body.poll_chunk(cx))?.is_some() {
            let why = "something follows the compressed data";
            return Poll::Ready(Err(self.malformed(&why).into()));
        }
        self.state = State::Ended;
        Poll::Ready(Ok(None))
    }

    #[cold]
    fn malformed(&self, error: &dyn std::fmt::Display) -> HttpError {
        HttpError::bad_request()
            .title("Malformed content encoding")
            .code("content_encoding_malformed")
            .detail(format!("The body is not {}: {error}.", self.coding.name()))
    }
}

impl Stream for Decompressed {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        let piece = ready!(self.poll_piece(cx));
        if piece.is_err() {
            self.state = State::Ended;
        }
        Poll::Ready(piece.transpose())
    }
}
