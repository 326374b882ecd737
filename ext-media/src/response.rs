//! Writing a value as a response's body.

use falcon_core::header::ACCEPT;
#[cfg(feature = "streams")]
use falcon_core::header::CONTENT_TYPE;
#[cfg(feature = "json")]
use falcon_core::header::HeaderValue;
use falcon_core::{Request, Response, Result};
use serde::Serialize;

use crate::negotiate::{Representation, choose, unwritable};
use crate::sealed::Sealed;

/// Most answers fit into this, and larger ones double it a few times.
const FIRST_CAPACITY: usize = 256;

/// Writing a value as a response's body. Sealed: it is there to be called.
pub trait MediaResponse: Sealed {
    /// Writes a value as `application/json`, whatever the client asked for.
    ///
    /// It is serialized at once, straight into the buffer that is sent. Falcon: `resp.media`,
    /// which is serialized late.
    ///
    /// # Errors
    ///
    /// 500 if the value cannot be serialized; the response is as it was before.
    #[cfg(feature = "json")]
    fn set_media<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<&mut Self>;

    /// Writes a value in the representation that the client likes best, out of those that the route
    /// offers: what it [`Produces`](falcon_core::Produces), or the formats of the app's
    /// [`Media`](crate::Media). `Vary: Accept` is added.
    ///
    /// # Errors
    ///
    /// - 406, code `not_acceptable`, with the list of what can be had, if the client takes none of
    ///   them. A responder that changes something is better guarded by
    ///   [`Negotiate`](crate::Negotiate).
    /// - 500 if the value cannot be serialized; the response is as it was before.
    ///
    /// # Specification
    ///
    /// RFC 9110 sections 12.1, 12.5.1 and 15.5.7.
    fn set_media_for<T: Serialize + ?Sized>(
        &mut self,
        req: &Request,
        value: &T,
    ) -> Result<&mut Self>;

    /// Writes a value in a representation that was [chosen](crate::MediaRequest::negotiate)
    /// before: for versions of a media type that have different shapes. `Vary: Accept` is added,
    /// where that has decided.
    ///
    /// # Errors
    ///
    /// 500 if the value cannot be serialized, or if no format of the app writes that media type;
    /// the response is as it was before.
    fn set_representation<T: Serialize + ?Sized>(
        &mut self,
        chosen: &Representation,
        value: &T,
    ) -> Result<&mut Self>;

    /// Writes values one after another, as the stream gives them.
    ///
    /// An `Err`, and a value that cannot be serialized, break the connection off: the client sees
    /// that the body is not whole.
    #[cfg(feature = "streams")]
    fn set_media_stream<S, T, E>(&mut self, format: crate::StreamFormat, values: S) -> &mut Self
    where
        S: futures_core::Stream<Item = std::result::Result<T, E>> + Send + 'static,
        T: Serialize,
        E: Into<falcon_core::BoxError>;

    /// As [`set_media_stream`](Self::set_media_stream), in the format that the client likes best:
    /// lines, a sequence or one array. `Vary: Accept` is added.
    ///
    /// # Errors
    ///
    /// 406, code `not_acceptable`, if it takes none of them.
    #[cfg(feature = "streams")]
    fn set_media_stream_for<S, T, E>(&mut self, req: &Request, values: S) -> Result<&mut Self>
    where
        S: futures_core::Stream<Item = std::result::Result<T, E>> + Send + 'static,
        T: Serialize,
        E: Into<falcon_core::BoxError>;
}

impl MediaResponse for Response {
    #[cfg(feature = "json")]
    fn set_media<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<&mut Self> {
        let mut json = Vec::with_capacity(FIRST_CAPACITY);
        crate::formats::json::write(value, &mut json)?;
        Ok(self.set_content(HeaderValue::from_static("application/json"), json))
    }

    fn set_media_for<T: Serialize + ?Sized>(
        &mut self,
        req: &Request,
        value: &T,
    ) -> Result<&mut Self> {
        self.set_representation(&choose(req)?, value)
    }

    fn set_representation<T: Serialize + ?Sized>(
        &mut self,
        chosen: &Representation,
        value: &T,
    ) -> Result<&mut Self> {
        let name = chosen.media_type();
        let format = chosen.format().ok_or_else(|| unwritable(name))?;
        let mut body = Vec::with_capacity(FIRST_CAPACITY);
        format.write(value, name, &mut body)?;
        self.set_content(chosen.value().clone(), body);
        if chosen.is_negotiated() {
            self.add_vary(&ACCEPT);
        }
        Ok(self)
    }

    #[cfg(feature = "streams")]
    fn set_media_stream<S, T, E>(&mut self, format: crate::StreamFormat, values: S) -> &mut Self
    where
        S: futures_core::Stream<Item = std::result::Result<T, E>> + Send + 'static,
        T: Serialize,
        E: Into<falcon_core::BoxError>,
    {
        self.headers_mut().insert(CONTENT_TYPE, format.header());
        self.set_body(crate::streams::body(format, values))
    }

    #[cfg(feature = "streams")]
    fn set_media_stream_for<S, T, E>(&mut self, req: &Request, values: S) -> Result<&mut Self>
    where
        S: futures_core::Stream<Item = std::result::Result<T, E>> + Send + 'static,
        T: Serialize,
        E: Into<falcon_core::BoxError>,
    {
        self.set_media_stream(crate::streams::choose(req)?, values);
        Ok(self.add_vary(&ACCEPT))
    }
}
