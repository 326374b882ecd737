//! Writing a value as a response's body.

use falcon_core::http::HeaderValue;
use falcon_core::{Response, Result};
use serde::Serialize;

use crate::json;
use crate::sealed::Sealed;

/// Writing a value as a response's body. Sealed: it is there to be called.
pub trait MediaResponse: Sealed {
    /// Writes a value as `application/json`.
    ///
    /// It is serialized at once, straight into the buffer that is sent. Falcon: `resp.media`,
    /// which is serialized late.
    ///
    /// # Errors
    ///
    /// 500 if the value cannot be serialized; the response is as it was before.
    fn set_media<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<&mut Self>;
}

impl MediaResponse for Response {
    fn set_media<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<&mut Self> {
        let json = json::write(value)?;
        Ok(self.set_content(HeaderValue::from_static("application/json"), json))
    }
}
