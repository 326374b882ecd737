//! How much a walk may take.

use std::time::{Duration, Instant};

/// How long a walk may take.
const MOST_TIME: Duration = Duration::from_millis(10);

/// How many steps a walk may take.
const MOST_STEPS: u32 = 250_000;

/// After how many steps the clock is read.
const A_FEW: u32 = 128;

/// Steps and time, spent together.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    until: Instant,
    steps: u32,
    /// At how many the clock is read next.
    next: u32,
    is_over: bool,
}

impl Budget {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            until: now + MOST_TIME,
            steps: 0,
            next: A_FEW,
            is_over: false,
        }
    }

    /// Takes steps; what costs more than a comparison of two numbers is several.
    pub(super) fn spend(&mut self, steps: u32) {
        self.steps = self.steps.saturating_add(steps);
        if self.steps >= self.next {
            self.next = self.steps.saturating_add(A_FEW);
            self.is_over |= self.steps > MOST_STEPS || Instant::now() > self.until;
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }
}
