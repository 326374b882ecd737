//! Forms with files: `multipart/form-data`, read part by part.

mod head;
mod part;
mod reader;
#[cfg(feature = "spool")]
mod spool;

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use falcon_core::header::CONTENT_TYPE;
use falcon_core::{Body, Error, HttpError, Request, Result};

use self::head::{Head, Rules, take_param};
pub use self::part::Part;
use self::reader::{After, Reader};
#[cfg(feature = "spool")]
pub use self::spool::Spooled;
use crate::media::Media;

const FORM: &str = "multipart/form-data";

/// RFC 2046 section 5.1.1.
const MAX_BOUNDARY: usize = 70;

/// How much a form may have, as metadata of a route, a group or an app.
///
/// All that is said of the body as a whole is its [`BodyLimit`](falcon_core::BodyLimit).
///
/// ```
/// use falcon_media::MultipartLimits;
///
/// let limits = MultipartLimits::new().parts(200).part_bytes(64 << 10);
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "it does nothing until it is given to an app, a group or a route"]
pub struct MultipartLimits {
    parts: usize,
    part_bytes: u64,
    header_bytes: usize,
    headers: usize,
}

impl Default for MultipartLimits {
    fn default() -> Self {
        Self::new()
    }
}

impl MultipartLimits {
    /// Starts with 64 parts, 1 MiB for a part that is read whole, and 8,192 bytes in at most 16
    /// headers for each.
    pub fn new() -> Self {
        Self {
            parts: 64,
            part_bytes: 1 << 20,
            header_bytes: 8192,
            headers: 16,
        }
    }

    /// Sets how many parts a form may have.
    pub fn parts(mut self, most: usize) -> Self {
        self.parts = most;
        self
    }

    /// Sets how many bytes a part may have that is read whole, by [`Part::bytes`], [`Part::text`]
    /// or [`Part::media`]. One that is read as it comes may have any number.
    pub fn part_bytes(mut self, most: u64) -> Self {
        self.part_bytes = most;
        self
    }

    /// Sets how many bytes the headers of a part may have, and how many they may be.
    pub fn headers(mut self, most_bytes: usize, most: usize) -> Self {
        self.header_bytes = most_bytes;
        self.headers = most;
        self
    }
}

/// A form with files, read part by part, as it comes: nothing is kept but what is asked for.
///
/// [`MediaRequest::multipart`](crate::MediaRequest::multipart) makes it of a request.
///
/// Falcon: `req.get_media()` of a `multipart/form-data`.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, BodyLimit, Request, Resource, Response, Result};
/// use falcon_media::MediaRequest;
///
/// struct Uploads;
///
/// impl Resource for Uploads {
///     async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
///         let mut form = req.multipart()?;
///         let mut told = String::new();
///         while let Some(mut part) = form.next_part().await? {
///             match part.raw_file_name() {
///                 None => {
///                     let text = part.text().await?;
///                     told += &format!("{} = {text}\n", part.name());
///                 }
///                 Some(_) => {
///                     let mut length = 0;
///                     while let Some(chunk) = part.chunk().await? {
///                         length += chunk.len();
///                     }
///                     told += &format!("{}: {length} bytes\n", part.name());
///                 }
///             }
///         }
///         resp.set_text(told);
///         Ok(())
///     }
/// }
///
/// let mut app = App::new();
/// app.add_route("/uploads", Uploads).with(BodyLimit::bytes(2 << 30));
/// let client = falcon_testing::TestClient::new(app);
/// falcon_testing::block_on(async {
///     let form = "--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHolidays\r\n\
///                 --x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n\
///                 \x01\x02\x03\r\n--x--\r\n";
///     let request = client.post("/uploads").header("content-type", "multipart/form-data; boundary=x");
///     let result = request.body(form).send().await;
///     result.assert_status(200).assert_text("title = Holidays\nphoto: 3 bytes\n");
/// });
/// ```
///
/// # Specification
///
/// RFC 7578; RFC 2046 section 5.1.
pub struct Multipart {
    reader: Reader,
    limits: MultipartLimits,
    rules: Rules,
    media: Media,
    count: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In what stands before a delimiter: the preamble, or the content of a part.
    Content,
    /// At the headers of a part.
    Headers,
    /// After the closing delimiter.
    Epilogue,
    Ended,
    /// What was read makes no sense, and what follows cannot.
    Broken,
}

impl Multipart {
    /// Reads a body of any `multipart` type: for a part that is itself one, as `multipart/mixed`.
    ///
    /// The rules of forms hold for `multipart/form-data` alone: of other types, a part needs no
    /// name and no `Content-Disposition`.
    ///
    /// # Errors
    ///
    /// 400, code `multipart_malformed`, if the type has no boundary of 1 to 70 characters.
    pub fn new(content_type: &str, body: impl Into<Body>, limits: MultipartLimits) -> Result<Self> {
        let rules = if essence(content_type).eq_ignore_ascii_case(FORM) {
            Rules::Form
        } else {
            Rules::Plain
        };
        Ok(Self {
            reader: Reader::new(body.into(), &boundary(content_type)?),
            limits,
            rules,
            media: Media::new(),
            count: 0,
            state: State::Content,
        })
    }

    /// Reads the body of a request.
    pub(crate) fn of(req: &Request) -> Result<Self> {
        req.check_content_encoding()?;
        let content_type = req.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type
            .filter(|text| essence(text).eq_ignore_ascii_case(FORM))
            .ok_or_else(|| req.media_type_unsupported(&[FORM.to_owned()]))?;
        // Asked for first: a body is taken only where it can be read.
        boundary(content_type)?;
        let limits = req.meta::<MultipartLimits>().copied().unwrap_or_default();
        let form = Self::new(content_type, req.take_body()?, limits)?;
        Ok(Self {
            media: Media::of(req).clone(),
            ..form
        })
    }

    /// Returns the next part; `None` after the last. What was not read of the part before is passed
    /// over.
    ///
    /// # Errors
    ///
    /// - 400, code `multipart_malformed`, with what is wrong: no delimiter, an end before the closing
    ///   one, headers that are none, a part without a name, too many of them.
    /// - 413, code `content_too_large`, past the [`BodyLimit`](falcon_core::BodyLimit); what is
    ///   passed over counts too.
    /// - 400, code `body_incomplete`, if the client went away.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped loses nothing of the form.
    pub async fn next_part(&mut self) -> Result<Option<Part<'_>>> {
        match poll_fn(|cx| self.poll_head(cx)).await? {
            Some(head) => Ok(Some(Part::new(self, head))),
            None => Ok(None),
        }
    }

    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Head>>> {
        let polled = self.poll_head_unguarded(cx);
        if matches!(polled, Poll::Ready(Err(_))) {
            self.state = State::Broken;
        }
        polled
    }

    fn poll_head_unguarded(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Head>>> {
        loop {
            match self.state {
                State::Content => {
                    while ready!(self.reader.poll_content(cx))?.is_some() {}
                    self.state = match ready!(self.reader.poll_delimiter(cx))? {
                        After::Part => State::Headers,
                        After::End => State::Epilogue,
                    };
                }
                State::Headers => {
                    let max_bytes = self.limits.header_bytes;
                    let lines = ready!(self.reader.poll_headers(cx, max_bytes))?;
                    if self.count == self.limits.parts {
                        let why = format!("it has more than {} parts", self.limits.parts);
                        return Poll::Ready(Err(malformed(&why)));
                    }
                    self.count += 1;
                    let head = head::parse(&lines, self.limits.headers, self.rules)?;
                    self.state = State::Content;
                    return Poll::Ready(Ok(Some(head)));
                }
                State::Epilogue => {
                    ready!(self.reader.poll_epilogue(cx))?;
                    self.state = State::Ended;
                }
                State::Ended => return Poll::Ready(Ok(None)),
                State::Broken => {
                    return Poll::Ready(Err(malformed("it was found to be broken before")));
                }
            }
        }
    }
}

impl std::fmt::Debug for Multipart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Multipart")
            .field("parts_so_far", &self.count)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// The boundary of a `Content-Type`. Clients write characters into it that would need quotes, and
/// leave the quotes out.
fn boundary(content_type: &str) -> Result<String> {
    let (_, mut params) = content_type.split_once(';').unwrap_or_default();
    let mut boundary = None;
    while let Some((name, value)) = take_param(&mut params)? {
        if name.eq_ignore_ascii_case("boundary") && boundary.replace(value).is_some() {
            return Err(malformed("its Content-Type has two boundaries"));
        }
    }
    let boundary = boundary.ok_or_else(|| malformed("its Content-Type has no boundary"))?;
    let boundary = boundary.trim_end();
    let is_good = boundary.bytes().all(|b| matches!(b, b' '..=b'~'));
    if boundary.is_empty() || boundary.len() > MAX_BOUNDARY || !is_good {
        let why = "the boundary of its Content-Type is not one of 1 to 70 characters of ASCII";
        return Err(malformed(why));
    }
    Ok(boundary.to_owned())
}

#[cold]
fn malformed(why: &str) -> Error {
    HttpError::bad_request()
        .title("Malformed form")
        .code("multipart_malformed")
        .detail(format!("The body is no multipart body: {why}."))
        .into()
}
