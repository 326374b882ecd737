use std::cell::Cell;

use falcon::prelude::*;

struct Counter(Cell<u64>);

impl Resource for Counter {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        self.0.set(self.0.get() + 1);
        Ok(())
    }
}

fn main() {}
