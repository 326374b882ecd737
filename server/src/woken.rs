//! A future that is polled only when it is its own turn.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Polls a future only after it woke its task. In a task that is woken all the time by something
/// else, it then costs the look at a flag.
pub(crate) async fn only_when_woken<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = Arc::new(Bell {
        rung: AtomicBool::new(true),
        task: Mutex::new(None),
    });
    let waker = Waker::from(Arc::clone(&bell));
    poll_fn(|cx| {
        if !bell.rung.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        // The task is known before the flag goes down, so that no ring is lost in between.
        *bell.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        bell.rung.store(false, Ordering::SeqCst);
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}

/// Notes that the future is to be polled, and wakes the task that it is a part of.
struct Bell {
    rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::SeqCst);
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}
