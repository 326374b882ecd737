//! The body of the request.

use std::sync::PoisonError;

use bytes::Bytes;

use super::Request;
use crate::body::Body;
use crate::error::{HttpError, Result};

/// As route metadata: how many bytes of body the route reads, in place of the app's limit.
///
/// ```
/// use falcon_core::{App, BodyLimit, Request, Resource, Response, Result};
///
/// struct Upload;
///
/// impl Resource for Upload {
///     async fn on_put(&self, req: &mut Request, _resp: &mut Response) -> Result {
///         let bytes = req.read_body().await?;
///         println!("{} bytes", bytes.len());
///         Ok(())
///     }
/// }
///
/// let mut app = App::new();
/// app.add_route("/upload", Upload).with(BodyLimit::bytes(64 << 20));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(u64);

impl BodyLimit {
    /// **Units:** bytes, inclusive.
    pub fn bytes(most: u64) -> Self {
        Self(most)
    }
}

impl Request {
    /// Returns how many bytes of body the request may have: the route's [`BodyLimit`], or the
    /// app's (1 MiB unless set).
    pub fn max_body_bytes(&self) -> u64 {
        self.meta::<BodyLimit>()
            .map_or_else(|| self.app.options().max_body_bytes, |limit| limit.0)
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    ///
    /// - 413, code `content_too_large`, if it is longer than [`max_body_bytes`](Self::max_body_bytes),
    ///   at once where `Content-Length` tells, else as soon as it is.
    /// - 400, code `body_incomplete`, if the client went away or broke the framing.
    /// - 500 if the body was taken already.
    pub async fn read_body(&self) -> Result<Bytes> {
        self.take_raw()?.read(self.max_body_bytes()).await
    }

    /// Takes the body, to be read as it comes. It fails with 413 past the limit.
    ///
    /// # Errors
    ///
    /// 500 if the body was taken already.
    pub fn take_body(&self) -> Result<Body> {
        Ok(self.take_raw()?.limited(self.max_body_bytes()))
    }

    fn take_raw(&self) -> Result<Body> {
        let body = self.lock_body().take();
        Ok(body.ok_or_else(|| {
            HttpError::internal_server_error().caused_by("the body of the request was read already")
        })?)
    }

    /// Puts a body in the place of the one that is there or was taken: what middleware has read can be
    /// read once more by those who come after it.
    pub fn set_body(&mut self, body: impl Into<Body>) {
        *self.body.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(body.into());
    }

    /// Replaces the body by what `wrap` makes of it: decompressed, measured, copied.
    ///
    /// Nothing happens where the body was taken already.
    pub fn wrap_body(&mut self, wrap: impl FnOnce(Body) -> Body) {
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        *body = body.take().map(wrap);
    }

    pub(super) fn lock_body(&self) -> std::sync::MutexGuard<'_, Option<Body>> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
