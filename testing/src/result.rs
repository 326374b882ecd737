//! What came back, and assertions on it.

use std::future::poll_fn;
use std::pin::pin;

use falcon_core::http::{HeaderMap, HeaderValue, StatusCode, header};
use falcon_core::{BoxError, ResponseBody, http};
use http_body::Body as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::TestCookie;

/// A response, read to its end.
///
/// Assertions return the result again, so that they can be chained; one that fails shows the whole
/// response.
#[derive(Debug)]
pub struct TestResult {
    request: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    body_error: Option<BoxError>,
}

impl TestResult {
    pub(crate) async fn read(request: String, response: http::Response<ResponseBody>) -> Self {
        let (mut parts, body) = response.into_parts();
        // Of a stream, HEAD does not tell the length: there is no body to measure.
        let is_head = request.starts_with("HEAD ");
        let length = body.size_hint().exact().filter(|_| !is_head);
        add_length(parts.status, &mut parts.headers, length);
        let mut result = Self {
            request,
            status: parts.status,
            headers: parts.headers,
            body: Vec::new(),
            body_error: None,
        };
        let mut body = pin!(body);
        while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
            match frame {
                Ok(frame) => result
                    .body
                    .extend_from_slice(&frame.into_data().unwrap_or_default()),
                Err(error) => {
                    result.body_error = Some(error);
                    break;
                }
            }
        }
        result
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers, with the `Content-Length` that a server would add.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the first value of a header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the cookie of that name that the response sets; the last one, if there are several.
    pub fn cookie(&self, name: &str) -> Option<TestCookie> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter();
        let texts = lines.filter_map(|line| line.to_str().ok());
        let mut cookies = texts.map(TestCookie::parse);
        cookies.rfind(|cookie| cookie.name() == name)
    }

    /// Returns the body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// Returns what broke the body off, if anything did; a client would see the connection closed.
    pub fn body_error(&self) -> Option<&BoxError> {
        self.body_error.as_ref()
    }

    /// Returns the body as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(&self.body) {
            Ok(text) => text,
            Err(error) => self.fail(&format!("the body is not UTF-8: {error}")),
        }
    }

    /// Returns the JSON body as a `T`.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => self.fail(&format!(
                "the body is no JSON of a {}: {error}",
                std::any::type_name::<T>()
            )),
        }
    }

    /// Asserts the status.
    #[track_caller]
    pub fn assert_status(&self, expected: u16) -> &Self {
        if self.status.as_u16() != expected {
            self.fail(&format!("the status is {}, not {expected}", self.status));
        }
        self
    }

    /// Asserts the value of a header that is there once.
    #[track_caller]
    pub fn assert_header(&self, name: &str, expected: &str) -> &Self {
        let values: Vec<&[u8]> = self
            .headers
            .get_all(name)
            .iter()
            .map(HeaderValue::as_bytes)
            .collect();
        if values != [expected.as_bytes()] {
            let values: Vec<_> = values.into_iter().map(String::from_utf8_lossy).collect();
            self.fail(&format!(
                "the header {name} is {values:?}, not {expected:?}"
            ));
        }
        self
    }

    /// Asserts that a header is not there.
    #[track_caller]
    pub fn assert_no_header(&self, name: &str) -> &Self {
        if let Some(value) = self.headers.get(name) {
            self.fail(&format!("the header {name} is there: {value:?}"));
        }
        self
    }

    /// Asserts the body as text.
    #[track_caller]
    pub fn assert_text(&self, expected: &str) -> &Self {
        if self.body != expected.as_bytes() {
            self.fail(&format!("the body is not {expected:?}"));
        }
        self
    }

    /// Asserts the body as JSON; order of members and white space do not count.
    #[track_caller]
    pub fn assert_json(&self, expected: &Value) -> &Self {
        let value: Value = self.json();
        if value != *expected {
            self.fail(&format!("the body is not {expected}"));
        }
        self
    }

    /// Asserts that the response is a problem (RFC 9457) with this status and `code`.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) -> &Self {
        self.assert_status(status)
            .assert_header("content-type", "application/problem+json");
        let problem: Value = self.json();
        if problem.get("status") != Some(&Value::from(status))
            || problem.get("code") != Some(&Value::from(code))
        {
            self.fail(&format!("the problem is not {status} {code}"));
        }
        self
    }

    #[track_caller]
    #[expect(
        clippy::panic,
        reason = "an assertion that does not hold fails the test"
    )]
    fn fail(&self, what: &str) -> ! {
        panic!("{what}\n\n{self}");
    }
}

/// How many bytes of a body a failed assertion shows.
const MOST_SHOWN: usize = 2000;

impl std::fmt::Display for TestResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}\n-> {}", self.request, self.status)?;
        for (name, value) in &self.headers {
            writeln!(
                f,
                "   {name}: {}",
                String::from_utf8_lossy(value.as_bytes())
            )?;
        }
        let shown = self.body.get(..MOST_SHOWN).unwrap_or(&self.body);
        write!(f, "\n{}", String::from_utf8_lossy(shown))?;
        if shown.len() < self.body.len() {
            write!(f, "… ({} bytes in all)", self.body.len())?;
        }
        Ok(())
    }
}

/// Every server of ours tells the length where it is known (RFC 9110 section 8.6).
fn add_length(status: StatusCode, headers: &mut HeaderMap, length: Option<u64>) {
    let none = status.is_informational() || matches!(status.as_u16(), 204 | 304);
    if let Some(length) = length
        && !none
        && !headers.contains_key(header::CONTENT_LENGTH)
    {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
}
