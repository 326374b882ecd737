//! What HTTP demands of a finished response, and the body that the server sends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body::{Frame, SizeHint};

use super::Response;
use super::end::OnEnd;
use crate::body::Body;
use crate::error::{BoxError, Error, Panic};

impl Response {
    /// Makes the `http` response, after the last phase.
    ///
    /// RFC 9110: no content with HEAD (9.3.2), 1xx (15.2), 204 (15.3.5), 304 (15.4.5); no
    /// `Content-Length` with 1xx and 204 (8.6); with 205 it is 0 (15.3.6).
    pub(crate) fn finish(
        self,
        is_head: bool,
        default_type: Option<&HeaderValue>,
    ) -> http::Response<ResponseBody> {
        let Self {
            status,
            mut headers,
            mut body,
            mut on_end,
            ..
        } = self;
        let length = body.exact_len();
        if has_no_content(status) || status == StatusCode::RESET_CONTENT {
            drop_length(status, &mut headers);
            body = Body::empty();
        } else if is_head {
            // A responder for HEAD may tell a length without making the body.
            let told = length == Some(0) && headers.contains_key(header::CONTENT_LENGTH);
            if let Some(length) = length.filter(|_| !told) {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            }
            body = Body::empty();
        } else if length.is_some() && !headers.is_empty() {
            // The server counts for itself; another count would be wrong, or no news.
            headers.remove(header::CONTENT_LENGTH);
        }
        if let Some(default) = default_type.filter(|_| !has_no_content(status)) {
            headers
                .entry(header::CONTENT_TYPE)
                .or_insert_with(|| default.clone());
        }
        on_end.set_status(status);
        let mut response = http::Response::new(ResponseBody {
            body,
            on_end,
            ended: false,
        });
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

fn has_no_content(status: StatusCode) -> bool {
    status.is_informational() || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// A 304 may tell the length that a 200 would have had; the others have none.
fn drop_length(status: StatusCode, headers: &mut HeaderMap) {
    if status != StatusCode::NOT_MODIFIED && !headers.is_empty() {
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::TRANSFER_ENCODING);
    }
}

/// The body of a finished response, for the server to send.
///
/// Dropping it runs what [`Response::on_end`] was given.
///
/// The default is an empty body, for tower layers that answer in a service's stead.
#[derive(Default)]
pub struct ResponseBody {
    body: Body,
    on_end: OnEnd,
    ended: bool,
}

impl From<Body> for ResponseBody {
    /// Makes the body of a response that a server gives without asking the app.
    fn from(body: Body) -> Self {
        Self {
            body,
            on_end: OnEnd::default(),
            ended: false,
        }
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = BoxError;

    /// A panic in the body's source becomes an error: the connection is broken off, and the client
    /// sees that the body is not whole.
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let me = self.get_mut();
        if me.ended {
            return Poll::Ready(None);
        }
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut me.body).poll_frame(cx)));
        match polled {
            Ok(Poll::Ready(Some(Ok(frame)))) => {
                me.on_end.add_bytes(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Ok(Poll::Ready(None)) => {
                me.ended = true;
                Poll::Ready(None)
            }
            Ok(other) => other,
            Err(payload) => {
                // The source may be half way through a change: it must not be touched again.
                me.body = Body::new(Broken);
                me.ended = false;
                Poll::Ready(Some(Err(Error::from(Panic::new(&*payload)).into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        let complete = http_body::Body::is_end_stream(self);
        self.on_end.set_complete(complete);
    }
}

impl std::fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseBody")
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// A body that never ends and gives nothing more: what stands where a source panicked.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(Some(Err("the source of this body failed before".into())))
    }
}
