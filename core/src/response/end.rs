//! What runs once when a response is over.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use http::StatusCode;

/// How a response ended; see [`Response::on_end`](crate::Response::on_end).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct End {
    /// The status; `None` where the request was given up before there was a response.
    pub status: Option<StatusCode>,
    /// How many bytes of body were handed to the server.
    pub bytes: u64,
    /// Whether the body came to its end; `false` where the client went away or the body failed.
    pub complete: bool,
}

type Callback = Box<dyn FnOnce(&End) + Send>;

/// The callbacks of one response; they run when this is dropped, however that comes about.
#[derive(Default)]
pub(super) struct OnEnd(Option<Box<Callbacks>>);

struct Callbacks {
    // Never locked but to be emptied: the mutex makes `Send` callbacks `Sync`.
    list: Mutex<Vec<Callback>>,
    end: End,
}

impl OnEnd {
    pub(super) fn push(&mut self, f: Callback) {
        let unfinished = End {
            status: None,
            bytes: 0,
            complete: false,
        };
        let callbacks = self.0.get_or_insert_with(|| {
            Box::new(Callbacks {
                list: Mutex::default(),
                end: unfinished,
            })
        });
        callbacks
            .list
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .push(f);
    }

    pub(super) fn set_status(&mut self, status: StatusCode) {
        if let Some(callbacks) = &mut self.0 {
            callbacks.end.status = Some(status);
        }
    }

    pub(super) fn add_bytes(&mut self, bytes: usize) {
        if let Some(callbacks) = &mut self.0 {
            callbacks.end.bytes += bytes as u64;
        }
    }

    pub(super) fn set_complete(&mut self, complete: bool) {
        if let Some(callbacks) = &mut self.0 {
            callbacks.end.complete = complete;
        }
    }
}

impl Drop for Callbacks {
    fn drop(&mut self) {
        let end = self.end;
        for f in std::mem::take(self.list.get_mut().unwrap_or_else(PoisonError::into_inner)) {
            // A second panic while one unwinds would abort the process.
            if catch_unwind(AssertUnwindSafe(|| f(&end))).is_err() {}
        }
    }
}
