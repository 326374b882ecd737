//! Reading a request's body as a value.

use std::future::Future;

use falcon_core::header::{self, HeaderValue, MediaType};
use falcon_core::{Consumes, HttpError, Request, Result};
use serde::de::DeserializeOwned;

use crate::formats::Format;
use crate::media::Media;
use crate::negotiate::{Representation, choose, named as named_representation};
use crate::sealed::Sealed;

/// Reading a request's body as a value. Sealed: it is there to be called.
pub trait MediaRequest: Sealed {
    /// Reads the body as a `T`, in the format that its `Content-Type` names.
    ///
    /// It is taken if the route [`Consumes`] it, or, where the route does not say, if it is a format
    /// of the app's [`Media`]; without both, it has to be JSON. Parameters do not matter, but for a
    /// `charset`, which must be UTF-8, and those with which a format was registered.
    ///
    /// Falcon: `req.get_media()`.
    ///
    /// # Errors
    ///
    /// Each thing that can be wrong is a problem of its own; see the [table](crate#what-can-be-wrong-with-a-body).
    fn media<T: DeserializeOwned>(&self) -> impl Future<Output = Result<T>> + Send;

    /// As [`media`](Self::media); `None` where there is no body at all, whatever its type.
    ///
    /// Falcon: `req.get_media(default_when_empty)`.
    ///
    /// # Errors
    ///
    /// As [`media`](Self::media), but for `body_empty`.
    fn optional_media<T: DeserializeOwned>(&self)
    -> impl Future<Output = Result<Option<T>>> + Send;

    /// As [`media`](Self::media), where the body has to be of one media type, such as
    /// `application/merge-patch+json`. Only that one is taken, in the format that it is registered
    /// with or that its suffix names.
    ///
    /// # Errors
    ///
    /// As [`media`](Self::media).
    fn media_of_type<T: DeserializeOwned>(
        &self,
        media_type: &'static str,
    ) -> impl Future<Output = Result<T>> + Send;

    /// Applies the patch in the body to a value, and returns what becomes of it: a JSON Merge Patch
    /// (`application/merge-patch+json`) or a JSON Patch (`application/json-patch+json`), or the one
    /// of them that the route [`Consumes`].
    ///
    /// The value itself stays as it is. Whether it may be changed at all is for preconditions to
    /// say, before. It is changed as JSON, which has no numbers of 128 bits and no NaN.
    ///
    /// # Errors
    ///
    /// - 415, code `media_type_unsupported`, if it is something else; `Accept-Patch` tells what would
    ///   do.
    /// - 400 and 422 as [`media`](Self::media), for the patch and for what becomes of the value.
    /// - 409, code `json_patch_test_failed` or `json_patch_conflict`, if an operation does not fit;
    ///   `operation` is its number from 0.
    /// - 413, code `content_too_large`, if there are more than 1,000 operations, they copy and move
    ///   more than 16 MiB or shift long lists too often, or the result would be nested more than 128
    ///   deep.
    ///
    /// # Specification
    ///
    /// RFC 7396, RFC 6902, RFC 5789.
    #[cfg(feature = "patch")]
    fn patch_media<T: serde::Serialize + DeserializeOwned>(
        &self,
        current: &T,
    ) -> impl Future<Output = Result<T>> + Send;

    /// Chooses the representation that the client likes best, out of those that the route offers:
    /// what it [`Produces`](falcon_core::Produces), or the formats of the app's [`Media`].
    ///
    /// Of those that it likes as well, the first is chosen; without `Accept`, the first of all.
    /// [`set_representation`](crate::MediaResponse::set_representation) writes a value in it; whoever writes
    /// it by hand says `Vary: Accept`.
    ///
    /// # Errors
    ///
    /// 406, code `not_acceptable`, with the list of what can be had.
    ///
    /// # Specification
    ///
    /// RFC 9110 sections 12.5.1 and 15.5.7.
    fn negotiate(&self) -> Result<Representation>;

    /// Returns the representation of a media type, for whoever chooses by something else than
    /// `Accept`, as a query parameter; nothing varies then.
    ///
    /// # Errors
    ///
    /// 500 if no format of the app writes that media type.
    fn representation(&self, media_type: &str) -> Result<Representation>;

    /// Reads the body, `multipart/form-data`, part by part.
    ///
    /// How much it may have is told by the route's [`BodyLimit`](falcon_core::BodyLimit) and
    /// [`MultipartLimits`](crate::MultipartLimits).
    ///
    /// # Errors
    ///
    /// - 415, code `media_type_unsupported`, if it is something else.
    /// - 400, code `multipart_malformed`, if its boundary is missing or not one of 1 to 70 characters.
    /// - 500 if the body was taken already.
    #[cfg(feature = "multipart")]
    fn multipart(&self) -> Result<crate::Multipart>;

    /// Reads the body, NDJSON or a JSON text sequence, value by value, as it comes.
    ///
    /// How much it may have is told by the route's [`BodyLimit`](falcon_core::BodyLimit).
    ///
    /// # Errors
    ///
    /// - 415, code `media_type_unsupported`, if it is something else.
    /// - 500 if the body was taken already.
    ///
    /// # Specification
    ///
    /// RFC 7464 for sequences.
    #[cfg(feature = "streams")]
    fn media_stream<T: DeserializeOwned>(&self) -> Result<crate::MediaStream<T>>;
}

impl MediaRequest for Request {
    fn media<T: DeserializeOwned>(&self) -> impl Future<Output = Result<T>> + Send {
        read_some(self, None)
    }

    async fn optional_media<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        if self.content_length() == Some(0) {
            return Ok(None);
        }
        read(self, None).await
    }

    fn media_of_type<T: DeserializeOwned>(
        &self,
        media_type: &'static str,
    ) -> impl Future<Output = Result<T>> + Send {
        read_some(self, Some(media_type))
    }

    #[cfg(feature = "patch")]
    fn patch_media<T: serde::Serialize + DeserializeOwned>(
        &self,
        current: &T,
    ) -> impl Future<Output = Result<T>> + Send {
        crate::patch::patch(self, current)
    }

    fn negotiate(&self) -> Result<Representation> {
        choose(self)
    }

    fn representation(&self, media_type: &str) -> Result<Representation> {
        named_representation(self, media_type)
    }

    #[cfg(feature = "multipart")]
    fn multipart(&self) -> Result<crate::Multipart> {
        crate::Multipart::of(self)
    }

    #[cfg(feature = "streams")]
    fn media_stream<T: DeserializeOwned>(&self) -> Result<crate::MediaStream<T>> {
        crate::streams::of(self)
    }
}

async fn read_some<T: DeserializeOwned>(req: &Request, only: Option<&'static str>) -> Result<T> {
    let value = read(req, only).await?;
    Ok(value.ok_or_else(|| HttpError::body_missing(&wanted(req, only)))?)
}

/// Reads the body; `None` where there is none, and nothing is no value of the format.
async fn read<T: DeserializeOwned>(req: &Request, only: Option<&'static str>) -> Result<Option<T>> {
    req.check_content_encoding()?;
    let media = Media::of(req);
    let content_type = req.headers().get(header::CONTENT_TYPE);
    let format = match content_type {
        Some(content_type) => Some(format_of(req, media, content_type, only)?),
        None => None,
    };
    let max_bytes = format.map_or(u64::MAX, Format::max_bytes);
    let body = if max_bytes < req.max_body_bytes() {
        req.take_body()?.read(max_bytes).await?
    } else {
        req.read_body().await?
    };
    if body.is_empty() && !format.is_some_and(Format::takes_nothing) {
        return Ok(None);
    }
    let Some(format) = format else {
        return Err(req.media_type_unsupported(&wanted(req, only)))?;
    };
    let text = content_type.and_then(|value| value.to_str().ok());
    let Some(media_type) = text.and_then(MediaType::parse) else {
        return Err(req.media_type_unsupported(&wanted(req, only)))?;
    };
    format
        .read(&body, &media_type, media.is_lenient())
        .map(Some)
}

/// Which format a `Content-Type` means, if it is taken at all.
fn format_of<'m>(
    req: &'m Request,
    media: &'m Media,
    content_type: &HeaderValue,
    only: Option<&'static str>,
) -> Result<&'m Format> {
    let consumes = req.meta::<Consumes>();
    if let (None, None, Some(format)) = (only, consumes, media.exact(content_type)) {
        return Ok(format);
    }
    let sent = content_type.to_str().ok().and_then(MediaType::parse);
    let format = sent.and_then(|sent| {
        let format = match (only, consumes) {
            (Some(only), _) => named(media, &sent, [only]),
            (None, Some(consumes)) => named(media, &sent, consumes.iter()),
            (None, None) => media.unnamed(&sent),
        };
        format.filter(|format| !format.is_utf8() || sent.is_utf8())
    });
    Ok(format.ok_or_else(|| req.media_type_unsupported(&wanted(req, only)))?)
}

/// The format of a type that is among those that are named: its parameters are there, and it may
/// have more.
fn named<'m>(
    media: &'m Media,
    sent: &MediaType<'_>,
    names: impl IntoIterator<Item = &'m str>,
) -> Option<&'m Format> {
    let mut names = names.into_iter().filter_map(MediaType::parse);
    let is_same = |name: &MediaType<'_>| {
        let has = |(key, value): (&str, std::borrow::Cow<'_, str>)| {
            sent.param(key).as_deref() == Some(&*value)
        };
        // A charset says how texts are written, and makes no other type.
        let told = name
            .params()
            .filter(|(key, _)| !key.eq_ignore_ascii_case("charset"));
        sent.is(name.essence()) && told.into_iter().all(has)
    };
    media.named(&names.find(is_same)?)
}

/// The media types that would do.
pub(crate) fn wanted(req: &Request, only: Option<&'static str>) -> Vec<String> {
    match (only, req.meta::<Consumes>()) {
        (Some(only), _) => vec![only.to_owned()],
        (None, Some(consumes)) => consumes.iter().map(str::to_owned).collect(),
        (None, None) => Media::of(req).names().map(str::to_owned).collect(),
    }
}
