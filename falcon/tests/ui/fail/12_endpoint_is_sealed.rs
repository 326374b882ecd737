use falcon::Endpoint;

struct Mine;

impl Endpoint for Mine {}

fn main() {}
