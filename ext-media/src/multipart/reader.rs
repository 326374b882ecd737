//! Finding the delimiters in a body that comes in pieces.

use std::task::{Context, Poll, ready};

use falcon_core::bytes::{Bytes, BytesMut};
use falcon_core::{Body, Result};
use memchr::memmem::{Finder, find};

use super::malformed;

/// What stands between the name of a delimiter and the end of its line, at most.
const MAX_PADDING: usize = 64;

/// A body, and where in it we are. Of what is skipped nothing is kept but a delimiter's length.
pub(super) struct Reader {
    body: Body,
    buffer: BytesMut,
    /// CR LF, two hyphens and the boundary.
    delimiter: Finder<'static>,
    ended: bool,
}

/// What follows a delimiter.
pub(super) enum After {
    Part,
    End,
}

impl Reader {
    pub(super) fn new(body: Body, boundary: &str) -> Self {
        Self {
            body,
            // As if a line ended before the body, so that a delimiter may be its beginning.
            buffer: BytesMut::from(&b"\r\n"[..]),
            delimiter: Finder::new(&format!("\r\n--{boundary}")).into_owned(),
            ended: false,
        }
    }

    /// Reads on; `false` at the end of the body.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool>> {
        if self.ended {
            return Poll::Ready(Ok(false));
        }
        let chunk = ready!(self.body.poll_chunk(cx))?;
        self.ended = chunk.is_none();
        self.buffer.extend_from_slice(&chunk.unwrap_or_default());
        Poll::Ready(Ok(!self.ended))
    }

    /// Reads on where there has to be more.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        if ready!(self.poll_fill(cx))? {
            Poll::Ready(Ok(()))
        } else {
            Poll::Ready(Err(malformed("it ends before its closing delimiter")))
        }
    }

    /// The next piece of what stands before a delimiter; `None` at the delimiter.
    pub(super) fn poll_content(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        loop {
            let length = self.delimiter.needle().len();
            let found = self.delimiter.find(&self.buffer);
            let sure = found.unwrap_or_else(|| (self.buffer.len() + 1).saturating_sub(length));
            if sure > 0 {
                return Poll::Ready(Ok(Some(self.buffer.split_to(sure).freeze())));
            }
            if found.is_some() {
                return Poll::Ready(Ok(None));
            }
            ready!(self.poll_more(cx))?;
        }
    }

    /// Takes the delimiter, at which we are, and the rest of its line.
    pub(super) fn poll_delimiter(&mut self, cx: &mut Context<'_>) -> Poll<Result<After>> {
        let length = self.delimiter.needle().len();
        loop {
            let rest = self.buffer.get(length..).unwrap_or_default();
            let padding = rest
                .iter()
                .take_while(|b| matches!(b, b' ' | b'\t'))
                .count();
            let line_end = rest.get(padding..).unwrap_or_default();
            if rest.starts_with(b"--") {
                let _taken = self.buffer.split_to(length + 2);
                return Poll::Ready(Ok(After::End));
            }
            if padding <= MAX_PADDING && line_end.starts_with(b"\r\n") {
                let _taken = self.buffer.split_to(length + padding + 2);
                return Poll::Ready(Ok(After::Part));
            }
            if padding > MAX_PADDING || !b"\r\n".starts_with(line_end) && rest != b"-" {
                let why = "a delimiter is followed by neither a line's end nor two hyphens";
                return Poll::Ready(Err(malformed(why)));
            }
            ready!(self.poll_more(cx))?;
        }
    }

    /// The lines up to an empty one, which is taken too.
    pub(super) fn poll_headers(
        &mut self,
        cx: &mut Context<'_>,
        max_bytes: usize,
    ) -> Poll<Result<Bytes>> {
        loop {
            if self.buffer.starts_with(b"\r\n") {
                let _empty_line = self.buffer.split_to(2);
                return Poll::Ready(Ok(Bytes::new()));
            }
            // The last line's end counts as one of the headers', the empty line does not.
            let within = self.buffer.len().min(max_bytes + 4);
            let head = self.buffer.get(..within).unwrap_or_default();
            if let Some(end) = find(head, b"\r\n\r\n").filter(|end| *end + 2 <= max_bytes) {
                let lines = self.buffer.split_to(end + 4).freeze();
                return Poll::Ready(Ok(lines.slice(..end)));
            }
            if self.buffer.len() > max_bytes + 2 {
                let why = format!("the headers of a part have more than {max_bytes} bytes");
                return Poll::Ready(Err(malformed(&why)));
            }
            if !ready!(self.poll_fill(cx))? {
                let why = "it ends inside the headers of a part, before its closing delimiter";
                return Poll::Ready(Err(malformed(why)));
            }
        }
    }

    /// Passes over what follows the end, so that the connection can be used again.
    pub(super) fn poll_epilogue(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        loop {
            self.buffer.clear();
            if !ready!(self.poll_fill(cx))? {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
