//! What cannot be said is refused, in a sentence.

use std::time::Duration;

use falcon_core::{Method, Request};
use falcon_cors::{Cors, CorsBuilder, Origin};

use crate::{APP, assert_not_allowed, client, get, preflight};

fn refused(policy: CorsBuilder) -> String {
    policy.build().unwrap_err().to_string()
}

#[test]
fn f12_an_origin_that_no_browser_sends_is_refused() {
    for (origin, why) in [
        ("app.example", "as browsers send it"),
        ("https://app.example/", "write `https://app.example`"),
        ("https://app.example/path", "write `https://app.example`"),
        ("https://app.example.", "write `https://app.example`"),
        ("https://user@app.example", "nothing else"),
        ("https://App.example", "write `https://app.example`"),
        ("app.example", "write `https://app.example`"),
        ("http://localhost:80", "write `http://localhost`"),
        ("https://app.example:443", "write `https://app.example`"),
        ("https://app.example:0", "nothing else"),
        ("file://app", "nothing else"),
        ("http://127.1", "nothing else"),
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
    assert!(refused(exposed).contains("name what is exposed"));
    for origin in ["*", "null", "https://*.app.example"] {
        let credentials = Cors::builder().allow_credentials_for([origin]);
        assert!(refused(credentials).contains("credentials are for origins that are named"));
    }
    let both = Cors::builder().allow_origin(APP).allow_credentials();
    assert!(
        refused(both.allow_credentials_for([APP])).contains("for all allowed origins or for some")
    );
}

#[test]
fn what_would_say_nothing_or_two_things_is_refused() {
    let any = || Cors::builder().allow_any_origin();
    let yes = |_: &Origin<'_>, _: &Request| true;
    for policy in [
        any().allow_origin(APP),
        any().allow_origin_pattern("https://*.app.example"),
        any().allow_origin_if(yes),
        any().allow_null_origin(),
    ] {
        assert!(refused(policy).contains("says nothing"));
    }
    assert!(refused(any().allow_private_network()).contains("open to every page"));
    let some = || Cors::builder().allow_origin(APP);
    let twice = some().allow_origin_if(yes).allow_origin_if(yes);
    assert!(refused(twice).contains("two predicates"));
    for (header, why) in [
        ("cookie", "allow_credentials"),
        ("Host", "no page can set"),
        ("sec-fetch-site", "no page can set"),
        ("proxy-authorization", "no page can set"),
        ("*", "allow_any_header"),
    ] {
        assert!(
            refused(some().allow_headers([header])).contains(why),
            "{header}"
        );
    }
    assert!(refused(some().expose_headers(["Set-Cookie"])).contains("no page can read"));
    let method = Method::from_bytes(b"TRACK").unwrap();
    assert!(refused(some().allow_methods([Method::GET, method])).contains("`TRACK`"));
    let more = some()
        .allow_methods([Method::GET])
        .allow_methods([Method::PUT]);
    let told = preflight(&client(more), APP, "PUT", "");
    told.assert_header("access-control-allow-methods", "GET, PUT");
}

#[test]
fn f18_a_pattern_over_a_public_suffix_is_refused_unless_it_is_meant() {
    for pattern in [
        "https://*.com",
        "https://*.co.uk",
        "https://*.github.io",
        "https://**.com",
        "https://**.ck",
        "https://*.kawasaki.jp",
        "https://*.compute.amazonaws.com",
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
fn f18_a_pattern_means_no_host_below_a_public_suffix_of_somebody_else() {
    for (pattern, origin) in [
        ("https://**.amazonaws.com", "https://evil.s3.amazonaws.com"),
        ("https://*.amazonaws.com", "https://s3.amazonaws.com"),
        (
            "https://**.windows.net",
            "https://evil.blob.core.windows.net",
        ),
    ] {
        let policy = || Cors::builder().allow_origin_pattern(pattern);
        assert_not_allowed(&get(&client(policy()), origin));
        let meant = client(policy().allow_public_suffixes());
        get(&meant, origin).assert_header("access-control-allow-origin", origin);
    }
    let own = client(Cors::builder().allow_origin_pattern("https://**.windows.net"));
    let origin = "https://a.b.windows.net";
    get(&own, origin).assert_header("access-control-allow-origin", origin);
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
