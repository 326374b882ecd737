//! A request that is being put together.

use std::fmt::Display;
use std::net::SocketAddr;

use falcon_core::bytes::Bytes;
use falcon_core::http::{self, HeaderMap, HeaderValue, Method, Uri, header};
use falcon_core::{AppService, Body, PeerAddr};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::TestResult;
use crate::client::{bad, header_pair};

/// What a query parameter may hold as it is.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a target may not hold; `%` may, so that a test can send escapes.
const NOT_IN_TARGET: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'^');

/// A request that is being put together; [`send`](Self::send) sends it.
#[must_use = "a request does nothing until it is sent"]
#[derive(Debug)]
pub struct TestRequest {
    service: AppService,
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Body,
    extensions: http::Extensions,
}

impl TestRequest {
    #[track_caller]
    pub(crate) fn new(
        service: AppService,
        method: Method,
        target: &str,
        headers: HeaderMap,
    ) -> Self {
        let target = utf8_percent_encode(target, NOT_IN_TARGET).to_string();
        if target.parse::<Uri>().is_err() {
            bad("request target", &target);
        }
        Self {
            service,
            method,
            target,
            headers,
            body: Body::empty(),
            extensions: http::Extensions::new(),
        }
    }

    /// Adds a header.
    ///
    /// # Panics
    ///
    /// If the name or the value is none.
    #[track_caller]
    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let (name, value) = header_pair(name, value.as_ref());
        self.headers.append(name, value);
        self
    }

    /// Adds a cookie, beside those that are there.
    ///
    /// # Panics
    ///
    /// If the name and the value make no header.
    #[track_caller]
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        let (_, pair) = header_pair("cookie", &format!("{name}={value}"));
        let others = self.headers.get_all(header::COOKIE).iter();
        let all: Vec<&[u8]> = others.chain([&pair]).map(HeaderValue::as_bytes).collect();
        // One line, as browsers send it; lines that are values make one.
        if let Ok(all) = HeaderValue::from_bytes(&all.join(&b"; "[..])) {
            self.headers.insert(header::COOKIE, all);
        }
        self
    }

    /// Adds a query parameter, encoded.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        let encode = |text: &str| utf8_percent_encode(text, QUERY_VALUE).to_string();
        let separator = if self.target.contains('?') { '&' } else { '?' };
        self.target.push(separator);
        self.target.push_str(&encode(name));
        self.target.push('=');
        self.target.push_str(&encode(&value.to_string()));
        self
    }

    /// Sets a body, with its `Content-Length`. The `Content-Type` is yours to set.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        self.headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        self.body = Body::full(body);
        self
    }

    /// Sets a body whose length is not told, as with chunked transfer.
    pub fn streamed_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sets a JSON body, with its `Content-Type` and `Content-Length`.
    ///
    /// # Panics
    ///
    /// If the value cannot be serialized.
    #[track_caller]
    #[expect(
        clippy::panic,
        reason = "a test client tells what is wrong by failing the test"
    )]
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        let json = serde_json::to_vec(value)
            .unwrap_or_else(|error| panic!("no JSON can be made of this: {error}"));
        self.headers
            .entry(header::CONTENT_TYPE)
            .or_insert(HeaderValue::from_static("application/json"));
        self.body(json)
    }

    /// Sets the address of the peer, as a server would.
    pub fn peer_addr(self, addr: SocketAddr) -> Self {
        self.extension(PeerAddr::new(addr))
    }

    /// Puts a value beside the request, as a server or another layer would.
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }

    /// Sends the request and reads the response to its end.
    pub async fn send(self) -> TestResult {
        let mut request = http::Request::new(self.body);
        *request.method_mut() = self.method.clone();
        // It was checked when the request was made, and only encoded text was added since.
        *request.uri_mut() = self.target.parse().unwrap_or_default();
        *request.headers_mut() = self.headers;
        *request.extensions_mut() = self.extensions;
        let response = self.service.handle(request).await;
        TestResult::read(format!("{} {}", self.method, self.target), response).await
    }
}
