//! Choosing the representation that a client likes best.

use falcon_core::header::{Accept, HeaderValue, MediaType};
use falcon_core::{Hook, HttpError, Produces, Request, Response, Result};

use crate::MediaRequest;
use crate::formats::Format;
use crate::media::Media;
use crate::problem::vary_accept;

/// The representation that was chosen for a request, out of those that the route offers.
///
/// [`MediaRequest::negotiate`] chooses it, and
/// [`MediaResponse::set_representation`](crate::MediaResponse::set_representation) writes a value in it.
#[derive(Clone)]
pub struct Representation {
    media_type: HeaderValue,
    format: Option<Format>,
    negotiated: bool,
}

impl Representation {
    /// Returns the media type, as the route offers it.
    pub fn media_type(&self) -> &str {
        self.media_type.to_str().unwrap_or_default()
    }

    /// Tells whether it is that media type, with just those parameters.
    pub fn is(&self, media_type: &str) -> bool {
        let own = MediaType::parse(self.media_type());
        own.is_some() && own == MediaType::parse(media_type)
    }

    pub(crate) fn value(&self) -> &HeaderValue {
        &self.media_type
    }

    /// Whether `Accept` has decided.
    pub(crate) fn is_negotiated(&self) -> bool {
        self.negotiated
    }

    pub(crate) fn format(&self) -> Option<&Format> {
        self.format.as_ref()
    }
}

impl std::fmt::Debug for Representation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Representation({})", self.media_type())
    }
}

/// As a hook before a responder: refuses with 406 what the client would not take, before anything
/// is done.
///
/// A responder that changes something finds out too late that its answer is not acceptable; with
/// `.before(Negotiate)` it never runs.
///
#[cfg_attr(feature = "json", doc = "```")]
#[cfg_attr(not(feature = "json"), doc = "```ignore")]
/// use falcon_core::{App, Produces, Request, Resource, Response, Result};
/// use falcon_media::{MediaResponse, Negotiate};
///
/// struct Things;
///
/// impl Resource for Things {
///     async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
///         resp.set_media_for(req, &"done")?;
///         Ok(())
///     }
/// }
///
/// let mut app = App::new();
/// app.add_route("/things", Things)
///     .with(Produces::new(["application/json", "application/vnd.acme.v2+json"]))
///     .before(Negotiate);
/// let client = falcon_testing::TestClient::new(app);
/// falcon_testing::block_on(async {
///     let result = client.post("/things").header("accept", "text/html").send().await;
///     result.assert_problem(406, "not_acceptable").assert_header("vary", "Accept");
/// });
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is its own constructor")]
pub struct Negotiate;

impl Hook for Negotiate {
    async fn run(&self, req: &mut Request, _resp: &mut Response) -> Result {
        req.negotiate().map(drop)
    }
}

/// The best of what the route offers: what it [`Produces`], or the formats of the app.
pub(crate) fn choose(req: &Request) -> Result<Representation> {
    let accept = req.accept();
    if let Some(chosen) = best_for(req, accept.as_ref()) {
        return Ok(chosen);
    }
    // What cannot be read refuses nothing.
    if accept.is_some_and(|accept| accept.is_empty())
        && let Some(chosen) = best_for(req, None)
    {
        return Ok(chosen);
    }
    let offers: Vec<&str> = match req.meta::<Produces>() {
        Some(produces) => produces.iter().collect(),
        None => Media::of(req).names().collect(),
    };
    Err(not_acceptable(&offers))?
}

fn best_for(req: &Request, accept: Option<&Accept<'_>>) -> Option<Representation> {
    let media = Media::of(req);
    let mut best = Best {
        accept,
        found: None,
    };
    if let Some(produces) = req.meta::<Produces>() {
        for media_type in produces.media_types() {
            let named = || media.named(&MediaType::parse(media_type.to_str().ok()?)?);
            best.offer(media_type, named);
        }
    } else {
        for entry in media.offers() {
            best.offer(&entry.media_type, || Some(&entry.format));
        }
    }
    best.found.map(|(_, chosen)| chosen)
}

/// The quality of what is liked without reserve.
const BEST: u16 = 1000;

/// The representation of a media type that somebody names.
pub(crate) fn named(req: &Request, name: &str) -> Result<Representation> {
    let format = MediaType::parse(name).and_then(|name| Media::of(req).named(&name));
    let Some(format) = format else {
        return Err(unwritable(name))?;
    };
    Ok(Representation {
        media_type: HeaderValue::from_str(name)?,
        format: Some(format.clone()),
        negotiated: false,
    })
}

/// A mistake of the app's.
#[cold]
pub(crate) fn unwritable(name: &str) -> HttpError {
    let why = format!("no format of the app writes {name}; add one to its Media");
    HttpError::internal_server_error().caused_by(why)
}

struct Best<'r> {
    accept: Option<&'r Accept<'r>>,
    found: Option<(u16, Representation)>,
}

impl Best<'_> {
    fn offer<'f>(&mut self, media_type: &HeaderValue, format: impl FnOnce() -> Option<&'f Format>) {
        let best = self.found.as_ref().map_or(0, |(quality, _)| *quality);
        // Nothing is liked better than what is liked without reserve, and the first such counts.
        if best == BEST {
            return;
        }
        let name = media_type.to_str().unwrap_or_default();
        let quality = match self.accept {
            Some(accept) => accept.quality(name),
            None => BEST,
        };
        if quality > best {
            let chosen = Representation {
                media_type: media_type.clone(),
                format: format().cloned(),
                negotiated: true,
            };
            self.found = Some((quality, chosen));
        }
    }
}

/// RFC 9110 section 15.5.7: what can be had is told.
pub(crate) fn not_acceptable(offers: &[&str]) -> HttpError {
    let available: Vec<String> = offers.iter().map(|&name| name.to_owned()).collect();
    let error = HttpError::not_acceptable()
        .detail(format!("It can be had as {}.", offers.join(", ")))
        .member("available", available);
    vary_accept(error)
}
