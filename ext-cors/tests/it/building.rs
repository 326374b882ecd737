//! What cannot be said is refused, in a sentence.

use std::time::Duration;

use falcon_cors::{Cors, CorsBuilder};

use crate::APP;

fn refused(policy: CorsBuilder) -> String {
    policy.build().unwrap_err().to_string()
}

#[test]
fn f12_an_origin_that_no_browser_sends_is_refused() {
    for (origin, why) in [
        ("app.example", "as browsers send it"),
        ("https://app.example/", "as browsers send it"),
        ("https://app.example/path", "as browsers send it"),
        ("https://user@app.example", "as browsers send it"),
        ("https://App.example", "as browsers send it"),
        ("https://app.example:443", "as browsers send it"),
        ("null", "allow_null_origin"),
        ("*", "allow_any_origin"),
        ("https://*.app.example", "allow_origin_pattern"),
    ] {
        let told = refused(Cors::builder().allow_origins([APP, origin]));
        assert!(told.contains(why) && told.contains(origin), "{told}");
    }
}

#[test]
fn f15_credentials_are_for_origins_that_are_named() {
    let any = Cors::builder().allow_any_origin();
    assert!(refused(any.allow_credentials()).contains("credentials for any origin"));
    let null = Cors::builder().allow_null_origin().allow_credentials();
    assert!(refused(null).contains("sandboxed frame"));
    let headers = Cors::builder()
        .allow_origin(APP)
        .allow_credentials()
        .allow_any_header();
    assert!(refused(headers).contains("name the headers"));
    let exposed = Cors::builder().allow_any_origin().expose_headers(["*"]);
    assert!(refused(exposed).contains("no header"));
}

#[test]
fn f18_a_pattern_over_a_public_suffix_is_refused_unless_it_is_meant() {
    for pattern in [
        "https://*.com",
        "https://*.co.uk",
        "https://*.github.io",
        "https://**.com",
    ] {
        let told = refused(Cors::builder().allow_origin_pattern(pattern));
        assert!(told.contains("public suffix"), "{told}");
        let meant = Cors::builder()
            .allow_origin_pattern(pattern)
            .allow_public_suffixes();
        assert!(meant.build().is_ok());
    }
    for pattern in [
        "https://*.app.example",
        "http://*.localhost:3000",
        "https://*.example.com",
    ] {
        assert!(
            Cors::builder()
                .allow_origin_pattern(pattern)
                .build()
                .is_ok(),
            "{pattern}"
        );
    }
}

#[test]
fn what_is_no_pattern_no_header_and_no_policy_is_refused() {
    for pattern in [
        "*.app.example",
        "https://app.example",
        "https://a.*.example",
        "https://*app.example",
        "https://*.app.example/",
        "https://*.*.example",
        "https://*.127.0.0.1",
        "https://*.",
    ] {
        assert!(refused(Cors::builder().allow_origin_pattern(pattern)).contains(pattern));
    }
    let header = Cors::builder().allow_origin(APP).allow_headers(["x y"]);
    assert!(refused(header).contains("`x y` is no name of a header"));
    assert!(refused(Cors::builder()).contains("allows no origin"));
    let both = Cors::builder().allow_any_origin().allow_origin(APP);
    assert!(refused(both).contains("says nothing"));
    assert!(refused(Cors::builder().allow_origin(APP).allow_methods([])).contains("no method"));
    let status = falcon_core::StatusCode::NOT_FOUND;
    assert!(
        refused(Cors::builder().allow_origin(APP).preflight_status(status)).contains("200 to 299")
    );
    let several = Cors::builder()
        .allow_origins(["a", "b"])
        .max_age(Duration::ZERO);
    assert!(refused(several).matches("is no origin").count() == 2);
}
