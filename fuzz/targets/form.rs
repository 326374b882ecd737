//! URL-encoded forms: read as any value or refused, and what was read is written and read again as
//! the same.
#![no_main]

use std::cell::LazyCell;

use falcon_media::Media;
use falcon_testing::TestClient;
use fuzz::send;
use libfuzzer_sys::fuzz_target;

const FORM: &str = "application/x-www-form-urlencoded";

thread_local! {
    static CLIENT: LazyCell<TestClient> = LazyCell::new(|| fuzz::client(Media::new().form()));
}

fuzz_target!(|body: &[u8]| {
    CLIENT.with(|client| {
        let Some(first) = send(client, FORM, body) else {
            return;
        };
        let again = send(client, FORM, first.bytes()).expect("it is read again");
        assert_eq!(again.text(), first.text());
    });
});
