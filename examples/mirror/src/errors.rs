//! `/err`: errors of every class, statuses, redirects, and what was set before them.

use falcon::Query;
use falcon::header::{ETag, HeaderMap, HeaderName, HeaderValue, SetCookie};
use falcon::prelude::*;

use crate::kinds::{Generic, raise};
use crate::responses::{TEXT, pieces};
use crate::{header, latin1, unexpected};

/// `?h=NAME|VALUE`, several.
fn extra_headers(query: Query<'_>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for pair in query.all("h") {
        let (name, value) = pair.split_once('|').ok_or_else(|| unexpected("no pair"))?;
        let name = HeaderName::from_bytes(name.as_bytes())?;
        headers.insert(name, latin1(value)?);
    }
    Ok(headers)
}

/// The errors that carry nothing but a status.
const PLAIN: [(&str, u16); 25] = [
    ("HTTPBadRequest", 400),
    ("HTTPForbidden", 403),
    ("HTTPNotFound", 404),
    ("HTTPRouteNotFound", 404),
    ("HTTPNotAcceptable", 406),
    ("HTTPConflict", 409),
    ("HTTPGone", 410),
    ("HTTPLengthRequired", 411),
    ("HTTPPreconditionFailed", 412),
    ("HTTPUriTooLong", 414),
    ("HTTPUnsupportedMediaType", 415),
    ("HTTPUnprocessableEntity", 422),
    ("HTTPLocked", 423),
    ("HTTPFailedDependency", 424),
    ("HTTPPreconditionRequired", 428),
    ("HTTPRequestHeaderFieldsTooLarge", 431),
    ("HTTPUnavailableForLegalReasons", 451),
    ("HTTPInternalServerError", 500),
    ("HTTPNotImplemented", 501),
    ("HTTPBadGateway", 502),
    ("HTTPGatewayTimeout", 504),
    ("HTTPVersionNotSupported", 505),
    ("HTTPInsufficientStorage", 507),
    ("HTTPLoopDetected", 508),
    ("HTTPNetworkAuthenticationRequired", 511),
];

pub(crate) struct Class;

impl Class {
    pub(crate) async fn named(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let query = req.query()?;
        let name = req.param("name").unwrap_or_default();
        let code = query.parse_as::<i64>("code")?;
        let mut error = match PLAIN.iter().find(|(known, _)| *known == name) {
            Some((_, status)) => HttpError::new(StatusCode::from_u16(*status)?),
            None => special(name, query)?,
        };
        let keeps_texts = name.contains("Invalid") || name.contains("Missing");
        if !keeps_texts {
            error = with_texts(error, query);
        }
        if let Some(code) = code {
            error = error.code(code.to_string());
        }
        if let Some(href) = query.get("href").filter(|href| !href.is_empty()) {
            let text = query.get("href_text").filter(|text| !text.is_empty());
            let text = text.unwrap_or_else(|| "Documentation related to this error".into());
            error = error.link(text.into_owned(), &href);
        }
        Err(with_headers(error, &extra_headers(query)?))?
    }

    pub(crate) async fn raw(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let query = req.query()?;
        let code = u16::try_from(req.param_value::<i64>("code")?)?;
        let mut error = HttpError::new(StatusCode::from_u16(code)?);
        if query.has("words") {
            error = error.title(format!("{code} In Own Words"));
        }
        error = with_texts(error, query);
        if let Some(code) = query.parse_as::<i64>("code")? {
            error = error.code(code.to_string());
        }
        Err(error)?
    }

    pub(crate) async fn status(&self, req: &mut Request, resp: &mut Response) -> Result {
        let query = req.query()?;
        let code = u16::try_from(req.param_value::<i64>("code")?)?;
        let mut status = HttpStatus::new(StatusCode::from_u16(code)?);
        for (name, value) in &extra_headers(query)? {
            status = status.header(name.clone(), value.clone());
        }
        if let Some(text) = query.get("text") {
            status = status.text(text.into_owned());
        }
        resp.set_header(header::CONTENT_TYPE, TEXT)?;
        Err(status)?
    }

    pub(crate) async fn redirect(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let query = req.query()?;
        let code = u16::try_from(req.param_value::<i64>("code")?).unwrap_or_default();
        if !matches!(code, 301 | 302 | 303 | 307 | 308) {
            Err(HttpError::not_found())?;
        }
        let to = query.get("to").unwrap_or_else(|| "/r/lit".into());
        let location = HeaderValue::from_str(&falcon::uri::encode(&to))?;
        let mut status = HttpStatus::new(StatusCode::from_u16(code)?);
        let mut headers = extra_headers(query)?;
        headers.insert(header::LOCATION, location);
        for (name, value) in &headers {
            status = status.header(name.clone(), value.clone());
        }
        Err(status)?
    }
}

fn with_texts(mut error: HttpError, query: Query<'_>) -> HttpError {
    if let Some(title) = query.get("title").filter(|title| !title.is_empty()) {
        error = error.title(title.into_owned());
    }
    if let Some(description) = query.get("description") {
        error = error.detail(description.into_owned());
    }
    error
}

/// Of several with one name the last counts, and the error's own before them.
fn with_headers(error: HttpError, headers: &HeaderMap) -> HttpError {
    let own = error.headers().clone();
    let extra = headers.iter().filter(|(name, _)| !own.contains_key(*name));
    extra.fold(error, |error, (name, value)| {
        error.header(name.clone(), value.clone())
    })
}

fn special(name: &str, query: Query<'_>) -> Result<HttpError> {
    let retry = |error: HttpError| match query.get("retry").as_deref() {
        None => Ok(error),
        Some("date") => {
            let date = HeaderValue::from_static("Wed, 02 Jan 2030 03:04:05 GMT");
            Ok(error.header(header::RETRY_AFTER, date))
        }
        Some(seconds) => {
            let seconds = HeaderValue::from(seconds.parse::<u64>()?);
            Ok::<_, Error>(error.header(header::RETRY_AFTER, seconds))
        }
    };
    Ok(match name {
        "HTTPContentTooLarge" => retry(HttpError::content_too_large())?,
        "HTTPTooManyRequests" => retry(HttpError::new(StatusCode::TOO_MANY_REQUESTS))?,
        "HTTPServiceUnavailable" => retry(HttpError::service_unavailable())?,
        "HTTPUnauthorized" => {
            let challenges: Vec<_> = query.all("challenge").collect();
            match challenges.as_slice() {
                [] => HttpError::new(StatusCode::UNAUTHORIZED),
                challenges => HttpError::unauthorized(&challenges.join(", ")),
            }
        }
        "HTTPMethodNotAllowed" => HttpError::method_not_allowed(&[Method::GET, Method::PATCH]),
        "HTTPRangeNotSatisfiable" => HttpError::range_not_satisfiable(1234),
        "HTTPInvalidHeader" => HttpError::invalid_header("X-Thing", "Bad things."),
        "HTTPMissingHeader" => HttpError::missing_header("X-Thing"),
        "HTTPInvalidParam" => HttpError::invalid_parameter("thing", "Bad things."),
        "HTTPMissingParam" => HttpError::missing_parameter("thing"),
        _ => Err(HttpError::not_found().title("No such class"))?,
    })
}

/// Raises a kind, on every method that it answers.
pub(crate) struct Kind;

impl Kind {
    async fn raise(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_header("x-entered", "yes")?;
        raise(req.param("kind").unwrap_or_default())?;
        Err(HttpError::not_found().title("No such kind"))?
    }

    pub(crate) fn responders() -> Responders<Self> {
        let kind = Responders::of(Self).on_get(Self::raise);
        kind.on_head(Self::raise).on_post(Self::raise)
    }
}

/// Sets something on the response, and then raises.
pub(crate) struct After;

impl Resource for After {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        match req.param("what").unwrap_or_default() {
            "headers" => {
                resp.set_header("x-before", "set")?;
                resp.set_cookie(&SetCookie::new("before", "set"))?;
                resp.set_status(StatusCode::CREATED).set_body("never seen");
            }
            "media" | "data" => {
                resp.set_body("never seen");
            }
            "stream" => {
                resp.set_body(pieces(&["never ", "seen"]));
            }
            "type" => {
                resp.set_header(header::CONTENT_TYPE, TEXT)?;
            }
            "vary" => {
                resp.add_vary(&header::COOKIE).add_vary(&header::ORIGIN);
            }
            "cache" => {
                resp.set_cache_control(["public", "max-age=60"])?;
                resp.set_etag(&ETag::strong("abc")?);
            }
            "status" => {
                resp.set_header("x-before", "set")?;
                resp.set_body("never seen");
                Err(HttpStatus::new(StatusCode::ACCEPTED).text("from the status"))?;
            }
            "unhandled" => {
                resp.set_header("x-before", "set")?;
                resp.set_body("never seen");
                Err(Generic)?;
            }
            _ => Err(HttpError::not_found())?,
        }
        Err(HttpError::gone().title("Raised afterwards"))?
    }
}

/// What cannot be written, is said at once.
pub(crate) struct Unwritable;

impl Resource for Unwritable {
    async fn on_get(&self, req: &mut Request, _resp: &mut Response) -> Result {
        match req.param("what").unwrap_or_default() {
            "type" | "value" => Err(unexpected("this cannot be written")),
            _ => Err(HttpError::not_found())?,
        }
    }
}
