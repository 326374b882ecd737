//! The formats, each by a library of its own.

#[cfg(any(feature = "cbor", feature = "msgpack"))]
mod binary;
#[cfg(feature = "cbor")]
pub(crate) mod cbor;
#[cfg(feature = "form")]
pub(crate) mod form;
#[cfg(feature = "json")]
pub(crate) mod json;
#[cfg(feature = "msgpack")]
pub(crate) mod msgpack;
#[cfg(feature = "text")]
pub(crate) mod text;
#[cfg(any(feature = "form", feature = "text"))]
mod word;

use std::sync::Arc;

use falcon_core::Result;
use falcon_core::header::MediaType;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::handler::{self, MediaHandler};

/// What reads and writes the bodies of a media type.
#[derive(Clone)]
pub(crate) enum Format {
    #[cfg(feature = "json")]
    Json,
    #[cfg(feature = "msgpack")]
    MessagePack,
    #[cfg(feature = "cbor")]
    Cbor,
    #[cfg(feature = "form")]
    Form,
    #[cfg(feature = "text")]
    Text,
    Own(Arc<dyn MediaHandler>),
}

impl Format {
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        body: &[u8],
        media_type: &MediaType<'_>,
        lenient: bool,
    ) -> Result<T> {
        match self {
            #[cfg(feature = "json")]
            Self::Json => crate::fault::read::<json::Json, T>(body, lenient),
            #[cfg(feature = "msgpack")]
            Self::MessagePack => crate::fault::read::<msgpack::MessagePack, T>(body, lenient),
            #[cfg(feature = "cbor")]
            Self::Cbor => crate::fault::read::<cbor::Cbor, T>(body, lenient),
            #[cfg(feature = "form")]
            Self::Form => form::read(body),
            #[cfg(feature = "text")]
            Self::Text => text::read(body),
            Self::Own(own) => handler::read(&**own, body, media_type, lenient),
        }
    }

    /// Appends a value to a body of a media type, which is read only where it makes a difference.
    pub(crate) fn write<T: Serialize + ?Sized>(
        &self,
        value: &T,
        media_type: &str,
        out: &mut Vec<u8>,
    ) -> Result {
        match self {
            #[cfg(feature = "json")]
            Self::Json => json::write(value, out),
            #[cfg(feature = "msgpack")]
            Self::MessagePack => msgpack::write(value, out),
            #[cfg(feature = "cbor")]
            Self::Cbor => cbor::write(value, out),
            #[cfg(feature = "form")]
            Self::Form => form::write(value, out),
            #[cfg(feature = "text")]
            Self::Text => text::write(value, out),
            Self::Own(own) => handler::write(&**own, value, media_type, out),
        }
    }

    /// Whether a body without a byte is a value all the same.
    pub(crate) fn takes_nothing(&self) -> bool {
        match self {
            #[cfg(feature = "form")]
            Self::Form => true,
            #[cfg(feature = "text")]
            Self::Text => true,
            _ => false,
        }
    }

    /// Whether texts are in UTF-8, and a `charset` may say nothing else.
    pub(crate) fn is_utf8(&self) -> bool {
        !matches!(self, Self::Own(_))
    }

    /// How many bytes a body may have, if that is less than other bodies may.
    pub(crate) fn max_bytes(&self) -> u64 {
        match self {
            #[cfg(feature = "form")]
            Self::Form => form::MAX_BYTES,
            _ => u64::MAX,
        }
    }
}
