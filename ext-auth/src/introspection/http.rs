//! The endpoint of an authorization server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use falcon_core::BoxError;
use falcon_core::http::header;

use super::{Introspect, MAX_ANSWER};
use crate::remote::{TIMEOUT, Url, agent};

pub(super) struct Endpoint {
    url: Url,
    authorization: String,
}

impl Endpoint {
    pub(super) fn new(url: &str, client_id: &str, client_secret: &str) -> Result<Self, String> {
        let url = Url::parse(url)?;
        // RFC 6749 section 2.3.1: each is encoded as in a form before it is put together.
        let pair = format!("{}:{}", encode(client_id), encode(client_secret));
        Ok(Self {
            url,
            authorization: format!("Basic {}", STANDARD.encode(pair)),
        })
    }
}

impl Introspect for Endpoint {
    fn introspect(&self, token: &str) -> Result<Vec<u8>, BoxError> {
        let body = format!("token={}&token_type_hint=access_token", encode(token));
        let mut response = agent(TIMEOUT)
            .post(self.url.uri())
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::ACCEPT, "application/json")
            .content_type("application/x-www-form-urlencoded")
            .send(body)?;
        let status = response.status();
        if status != 200 {
            return Err(format!("{} answers {status}", self.url.uri()).into());
        }
        let body = response.body_mut().with_config().limit(MAX_ANSWER as u64);
        Ok(body.read_to_vec()?)
    }
}

/// As in a form (`application/x-www-form-urlencoded`), with blanks as `%20`.
fn encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._*".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
            encoded.push('%');
            encoded.extend(digits.map(char::from));
        }
    }
    encoded
}
