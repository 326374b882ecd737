use falcon::prelude::*;

struct Logging;

fn main() {
    let _app = App::with(Logging);
    let _app = App::with(((), Logging));
}
