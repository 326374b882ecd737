//! Panics in user code become errors.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use crate::error::{Error, Panic, Result};

/// Awaits what user code made, and turns a panic into an error.
///
/// The future is not polled again after a panic. What it borrowed (the request, the response, the
/// middleware itself) may have been left half way; all of these are types whose every state is
/// valid, and the response is rendered anew.
///
/// It takes the future where it lies: moved in, it would lie there twice.
pub(crate) fn caught<F>(mut future: Pin<&mut F>) -> impl Future<Output = Result>
where
    F: Future<Output = Result>,
{
    poll_fn(
        move |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(polled) => polled,
            Err(payload) => Poll::Ready(Err(panicked(&*payload))),
        },
    )
}

/// Calls what user code made, and turns a panic into an error.
pub(crate) fn caught_call<T>(f: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| panicked(&*payload))
}

#[cold]
fn panicked(payload: &(dyn std::any::Any + Send)) -> Error {
    Panic::new(payload).into()
}
