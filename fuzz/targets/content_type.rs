//! Media types: one that is read is read again as the same from what it is shown as.
#![no_main]

use falcon_core::header::MediaType;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(media_type) = MediaType::parse(text) else {
        return;
    };
    let shown = media_type.to_string();
    assert_eq!(MediaType::parse(&shown), Some(media_type), "{shown:?}");
    for (name, value) in media_type.params() {
        assert_eq!(media_type.param(name), Some(value));
    }
    assert!(media_type.suffix().is_none_or(|suffix| media_type.has_suffix(suffix)));
    assert!(media_type.is(&text[..text.find(';').unwrap_or(text.len())].trim_matches([' ', '\t'])));
});
