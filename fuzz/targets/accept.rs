//! `Accept`, `Accept-Language` and `Accept-Encoding`: what is preferred is offered and acceptable.
#![no_main]

use falcon_core::header::{Accept, AcceptEncoding, AcceptLanguage};
use libfuzzer_sys::fuzz_target;

const TYPES: [&str; 4] = ["application/json", "text/html;level=1", "application/vnd.a.v2+json", "a/b"];
const LANGUAGES: [&str; 3] = ["en", "de-CH", "zh-Hant-TW"];
const CODINGS: [&str; 4] = ["zstd", "br", "gzip", "identity"];

fuzz_target!(|header: &str| {
    let accept = Accept::new(header);
    let best = accept.best_of(&TYPES);
    let quality = |offer: &str| accept.quality(offer);
    let most = TYPES.iter().map(|offer| quality(offer)).max().unwrap_or(0);
    assert!(most <= 1000);
    assert_eq!(best.map_or(0, quality), most);
    assert!(!accept.is_empty() || most == 0 || header.trim().is_empty());

    let languages = AcceptLanguage::new(header);
    if let Some(best) = languages.best_of(&LANGUAGES) {
        assert!(LANGUAGES.contains(&best));
    }
    let codings = AcceptEncoding::new(header);
    let best = codings.best_of(&CODINGS);
    assert!(best.is_none_or(|best| codings.quality(best) > 0));
});
