//! Compressing a body, piece by piece.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use falcon_core::bytes::Bytes;
use falcon_core::{Body, BoxError};
use futures_core::Stream;

use super::coding::Coding;

/// How much is compressed at once.
pub(super) const PIECE: usize = 32 << 10;

/// How many pieces are compressed, if nothing comes of them, before others have their turn.
const PIECES_A_TURN: usize = 4;

/// The levels are those at which a server spends about as much on compressing as on all else.
enum Encoder {
    #[cfg(feature = "zstd")]
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    #[cfg(feature = "br")]
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
    #[cfg(feature = "gzip")]
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
}

impl Encoder {
    fn new(coding: Coding) -> io::Result<Self> {
        Ok(match coding {
            #[cfg(feature = "zstd")]
            Coding::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(Vec::new(), 3)?),
            // A window of 512 KiB: the usual one would take 8 MiB of each response's memory.
            #[cfg(feature = "br")]
            Coding::Brotli => Self::Brotli(Box::new(brotli::CompressorWriter::new(
                Vec::new(),
                4096,
                4,
                19,
            ))),
            #[cfg(feature = "gzip")]
            Coding::Gzip => Self::Gzip(flate2::write::GzEncoder::new(
                Vec::new(),
                flate2::Compression::new(4),
            )),
        })
    }

    /// Compresses a piece, and returns what is ready; all of it where that is asked for.
    fn piece(&mut self, piece: &[u8], flush: bool) -> io::Result<Vec<u8>> {
        let writer: &mut dyn Write = match self {
            #[cfg(feature = "zstd")]
            Self::Zstd(zstd) => zstd,
            #[cfg(feature = "br")]
            Self::Brotli(brotli) => brotli,
            #[cfg(feature = "gzip")]
            Self::Gzip(gzip) => gzip,
        };
        writer.write_all(piece)?;
        if flush {
            writer.flush()?;
        }
        Ok(std::mem::take(self.ready()))
    }

    fn ready(&mut self) -> &mut Vec<u8> {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd(zstd) => zstd.get_mut(),
            #[cfg(feature = "br")]
            Self::Brotli(brotli) => brotli.get_mut(),
            #[cfg(feature = "gzip")]
            Self::Gzip(gzip) => gzip.get_mut(),
        }
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd(zstd) => zstd.finish(),
            #[cfg(feature = "br")]
            Self::Brotli(brotli) => Ok(brotli.into_inner()),
            #[cfg(feature = "gzip")]
            Self::Gzip(gzip) => gzip.finish(),
        }
    }
}

/// Compresses a body that is all there, and small.
pub(super) fn whole(coding: Coding, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = Encoder::new(coding)?;
    let mut all = encoder.piece(bytes, false)?;
    all.extend(encoder.finish()?);
    Ok(all)
}

/// Compresses a body as it is sent. What comes of unknown length is sent on as soon as it is there:
/// it may be an event that somebody waits for.
pub(super) fn stream(coding: Coding, body: Body) -> io::Result<Body> {
    let flushes = body.exact_len().is_none();
    Ok(Body::stream(Compressed {
        body,
        encoder: Some(Encoder::new(coding)?),
        flushes,
        left: Bytes::new(),
    }))
}

struct Compressed {
    body: Body,
    /// `None` after the last piece.
    encoder: Option<Encoder>,
    flushes: bool,
    /// What has come and is not compressed yet.
    left: Bytes,
}

impl Compressed {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, BoxError>> {
        for _ in 0..PIECES_A_TURN {
            let Some(encoder) = &mut self.encoder else {
                return Poll::Ready(Ok(None));
            };
            if self.left.is_empty() {
                let Some(chunk) = ready!(self.body.poll_chunk(cx))? else {
                    let rest = self.encoder.take().map(Encoder::finish).transpose()?;
                    return Poll::Ready(Ok(rest.map(Bytes::from)));
                };
                self.left = chunk;
            }
            let piece = self.left.split_to(self.left.len().min(PIECE));
            let flush = self.flushes && self.left.is_empty();
            let ready = encoder.piece(&piece, flush)?;
            if !ready.is_empty() {
                return Poll::Ready(Ok(Some(ready.into())));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Stream for Compressed {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        let piece = ready!(self.poll_piece(cx));
        if piece.is_err() {
            self.encoder = None;
        }
        Poll::Ready(piece.transpose())
    }
}
