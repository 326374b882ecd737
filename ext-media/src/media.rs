//! Which formats an app reads and writes.

use std::fmt;
use std::sync::{Arc, LazyLock};

use falcon_core::header::{HeaderValue, MediaType};
use falcon_core::{Middleware, Request, Result, Setup, SetupError};

use crate::formats::Format;
use crate::handler::MediaHandler;
use crate::problem;

/// The formats that an app, a group or a route reads and writes, the one that it likes best first.
///
/// It is put into an app as middleware, which costs no request anything; errors are then written in
/// these formats too, where a client likes one better than JSON and XML. For a group it is middleware
/// too, or metadata, for a route it is metadata: `.with(Media::new().msgpack())`. Without any, JSON is
/// read and written, whatever features some other crate of the program has switched on.
///
/// Falcon: `app.req_options.media_handlers`, `app.resp_options.media_handlers`.
///
/// # Examples
///
#[cfg_attr(all(feature = "json", feature = "text"), doc = "```")]
#[cfg_attr(not(all(feature = "json", feature = "text")), doc = "```ignore")]
/// use falcon_core::App;
/// use falcon_media::Media;
///
/// let mut app = App::with(Media::new().json().text());
/// ```
#[derive(Clone, Default)]
#[must_use = "it does nothing until it is given to an app, a group or a route"]
pub struct Media {
    entries: Vec<Entry>,
    by_suffix: bool,
    lenient: bool,
    refused: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) media_type: HeaderValue,
    pub(crate) format: Format,
    /// Another name: read, and not offered.
    is_alias: bool,
}

impl Media {
    /// Starts without any format.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds JSON: `application/json`.
    #[cfg(feature = "json")]
    pub fn json(self) -> Self {
        self.add(&Format::Json, &["application/json"])
    }

    /// Adds MessagePack: `application/msgpack`; read as `application/vnd.msgpack` and
    /// `application/x-msgpack` too. The keys of maps are texts, and there are no extension types.
    #[cfg(feature = "msgpack")]
    pub fn msgpack(self) -> Self {
        let names = [
            "application/msgpack",
            "application/vnd.msgpack",
            "application/x-msgpack",
        ];
        self.add(&Format::MessagePack, &names)
    }

    /// Adds CBOR (RFC 8949): `application/cbor`.
    #[cfg(feature = "cbor")]
    pub fn cbor(self) -> Self {
        self.add(&Format::Cbor, &["application/cbor"])
    }

    /// Adds URL-encoded forms: `application/x-www-form-urlencoded`.
    ///
    /// Repeated fields are a list, and `user[name]` is a field inside another. What a client leaves
    /// empty is none where something else than a text is optional. Everything is a text until its type
    /// is known: in untagged and tagged enums and in flattened structs, where serde does not know it
    /// in time, numbers and truth values cannot be read.
    ///
    /// **Limits:** 256 KiB, or what the route's [`BodyLimit`](falcon_core::BodyLimit) says if that is
    /// less; 1,000 fields.
    #[cfg(feature = "form")]
    pub fn form(self) -> Self {
        self.add(&Format::Form, &["application/x-www-form-urlencoded"])
    }

    /// Adds plain text in UTF-8: `text/plain`, for values that are one text.
    #[cfg(feature = "text")]
    pub fn text(self) -> Self {
        let mut this = self.add(&Format::Text, &["text/plain"]);
        if let Some(entry) = this.entries.last_mut() {
            entry.media_type = HeaderValue::from_static("text/plain; charset=utf-8");
        }
        this
    }

    /// Adds a format of your own. Its media types are read and written; the first is preferred.
    pub fn handler(mut self, handler: impl MediaHandler) -> Self {
        let own: Arc<dyn MediaHandler> = Arc::new(handler);
        for name in own.media_types() {
            let value = HeaderValue::from_str(name).ok();
            match value.filter(|_| MediaType::parse(name).is_some()) {
                Some(media_type) => self.entries.push(Entry {
                    media_type,
                    format: Format::Own(Arc::clone(&own)),
                    is_alias: false,
                }),
                None => self.refused = Some(format!("`{name}` is no media type")),
            }
        }
        self
    }

    /// Reads any type with a structured suffix in the format that it names: `+json`, `+cbor`,
    /// `+msgpack`.
    ///
    /// Without this, such a type is read where a route names it, in
    /// [`Consumes`](falcon_core::Consumes) or in
    /// [`media_of_type`](crate::MediaRequest::media_of_type).
    pub fn any_suffix(mut self) -> Self {
        self.by_suffix = true;
        self
    }

    /// Takes what is refused otherwise: a member that comes twice (the last counts, where the type
    /// takes it), NaN and infinities where the format has them, a list in the place of a struct, and in
    /// MessagePack keys that are no texts and extension types.
    ///
    /// Where serde keeps a value before it knows its type, in untagged and tagged enums and in
    /// flattened structs, it takes a list for a struct in any case.
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    #[cfg_attr(
        not(any(
            feature = "json",
            feature = "msgpack",
            feature = "cbor",
            feature = "form",
            feature = "text"
        )),
        expect(dead_code, reason = "there is no format to add")
    )]
    fn add(mut self, format: &Format, names: &[&'static str]) -> Self {
        for (i, name) in names.iter().enumerate() {
            self.entries.push(Entry {
                media_type: HeaderValue::from_static(name),
                format: format.clone(),
                is_alias: i > 0,
            });
        }
        self
    }

    /// What applies to a request: the nearest, or JSON alone.
    pub(crate) fn of(req: &Request) -> &Self {
        static DEFAULT: LazyLock<Media> = LazyLock::new(|| {
            let media = Media::new();
            #[cfg(feature = "json")]
            let media = media.json();
            media
        });
        req.meta::<Self>().unwrap_or(&DEFAULT)
    }

    pub(crate) fn is_lenient(&self) -> bool {
        self.lenient
    }

    /// The entries that responses are offered in.
    pub(crate) fn offers(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.is_alias)
    }

    /// The media types that are read, but for those that only a suffix makes one.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.offers()
            .filter_map(|entry| entry.media_type.to_str().ok())
    }

    /// The format of a body whose `Content-Type` is one of these entries, letter by letter.
    pub(crate) fn exact(&self, content_type: &HeaderValue) -> Option<&Format> {
        let same = |entry: &&Entry| entry.media_type == content_type;
        self.entries.iter().find(same).map(|entry| &entry.format)
    }

    /// The format of a media type that was registered: of several the one with the most parameters,
    /// all of which the type has to have.
    pub(crate) fn registered(&self, wanted: &MediaType<'_>) -> Option<&Format> {
        let mut best: Option<(usize, &Format)> = None;
        for entry in &self.entries {
            let Some(own) = entry.media_type.to_str().ok().and_then(MediaType::parse) else {
                continue;
            };
            // A charset says how texts are written, and makes no other type.
            let told = || {
                own.params()
                    .filter(|(name, _)| !name.eq_ignore_ascii_case("charset"))
            };
            let fits = wanted.is(own.essence())
                && told().all(|(name, value)| wanted.param(name).as_deref() == Some(&*value));
            let count = told().count();
            if fits && best.is_none_or(|(most, _)| count > most) {
                best = Some((count, &entry.format));
            }
        }
        best.map(|(_, format)| format)
    }

    /// The format of a media type that somebody has named: as registered, or by its suffix.
    pub(crate) fn named(&self, wanted: &MediaType<'_>) -> Option<&Format> {
        self.registered(wanted).or_else(|| {
            let plain = format!("application/{}", wanted.suffix()?);
            self.registered(&MediaType::parse(&plain)?)
        })
    }

    /// The format of a body whose type nobody has named.
    pub(crate) fn unnamed(&self, wanted: &MediaType<'_>) -> Option<&Format> {
        if self.by_suffix {
            self.named(wanted)
        } else {
            self.registered(wanted)
        }
    }
}

impl Middleware for Media {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        if let Some(why) = &self.refused {
            return Err(SetupError::new(format!("Media: {why}")));
        }
        if self.entries.is_empty() {
            let why = "Media: no format was added; call `json()` or another one";
            return Err(SetupError::new(why));
        }
        app.add_metadata(self.clone());
        if !app.is_group() {
            app.set_error_serializer(problem::serialize);
        }
        Ok(())
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.entries.iter().map(|entry| &entry.media_type))
            .finish()
    }
}
