//! The body of a request, held to its schema.

use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use falcon_core::bytes::Bytes;
use falcon_core::header::{self, MediaType};
use falcon_core::{HttpError, Request, Result};
use serde_json::Value;

use crate::content::OfType;
use crate::plan::BodyPlan;
use crate::problem;

/// The value of a body that is valid, until the responder takes it.
pub(crate) struct Valid(Mutex<Taken>);

/// What there is to be taken.
pub(crate) enum Taken {
    /// With the body that it was read from.
    Value(Value, Bytes),
    /// The body may be left out, and was.
    Nothing,
    /// It is of a media type that nothing is said of; with those that something is.
    Unchecked(Vec<String>),
    /// Somebody was here before.
    Already,
}

impl Valid {
    fn new(value: Taken) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn take(&self) -> Taken {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut held, Taken::Already)
    }
}

/// How long a body may be, in bytes, before others have their turn between one step and the next.
const SHORT: usize = 64 * 1024;

impl BodyPlan {
    /// Reads the body, holds it to the schema, and puts its value where the responder finds it.
    pub(crate) async fn check(&self, req: &mut Request, most: usize) -> Result {
        let content = match req.headers().get(header::CONTENT_TYPE) {
            Some(sent) => {
                let sent = sent.to_str().ok().and_then(MediaType::parse);
                let content = sent.and_then(|sent| {
                    let content = self.contents.of(&sent);
                    content.filter(|content| content.schema().is_none() || sent.is_utf8())
                });
                Some(content.ok_or_else(|| self.unsupported(req))?)
            }
            None => None,
        };
        if content.is_some_and(|content| content.schema().is_none()) {
            return self.let_be(req);
        }
        req.check_content_encoding()?;
        let body = req.read_body().await?;
        req.set_body(body.clone());
        if body.is_empty() {
            if self.is_required {
                Err(HttpError::body_missing(self.contents.names()))?;
            }
            req.context_mut().insert(Valid::new(Taken::Nothing));
            return Ok(());
        }
        let content = content.ok_or_else(|| self.unsupported(req))?;
        let value = valid(content, &body, most).await?;
        req.context_mut()
            .insert(Valid::new(Taken::Value(value, body)));
        Ok(())
    }

    /// Leaves a body alone of which nothing is said but that it has to be there.
    fn let_be(&self, req: &mut Request) -> Result {
        let body = req.take_body()?;
        if body.is_empty() && self.is_required {
            Err(HttpError::body_missing(self.contents.names()))?;
        }
        req.set_body(body);
        let checked = self.contents.checked_names();
        req.context_mut()
            .insert(Valid::new(Taken::Unchecked(checked)));
        Ok(())
    }

    #[cold]
    fn unsupported(&self, req: &Request) -> HttpError {
        req.media_type_unsupported(self.contents.names())
    }
}

async fn valid(content: &OfType, body: &[u8], most: usize) -> Result<Value> {
    let is_long = body.len() > SHORT;
    if is_long {
        let_others().await;
    }
    let value = content.read(body)?;
    let Some(schema) = content.schema() else {
        return Ok(value);
    };
    if is_long {
        let_others().await;
    }
    if schema.is_valid(&value) {
        return Ok(value);
    }
    if is_long {
        let_others().await;
    }
    Err(problem::of_body(schema.explain(&value, most)).into())
}

/// Lets other requests have their turn, whatever the runtime.
async fn let_others() {
    let mut was_here = false;
    poll_fn(|cx| {
        if was_here {
            return Poll::Ready(());
        }
        was_here = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
