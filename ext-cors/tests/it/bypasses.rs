//! F11: what has passed for an allowed origin elsewhere, and is none.

use falcon_core::Request;
use falcon_core::header::HeaderValue;
use falcon_cors::{Cors, CorsBuilder, Origin};

use crate::{APP, client, get};

const HOST: &str = "app.example";
const EVIL: &str = "evil.example";

/// Policies that allow `https://app.example`, hosts below it, and a server on one's own machine.
fn policies() -> Vec<CorsBuilder> {
    let exact = || {
        Cors::builder()
            .allow_origins([APP, "http://localhost:3000"])
            .allow_credentials()
    };
    let own = |origin: &Origin<'_>, _: &Request| {
        let host = origin.host();
        let is_own_port = origin.scheme() == "https" && origin.port().is_none();
        is_own_port && (host == HOST || host.ends_with(".app.example"))
    };
    vec![
        exact(),
        exact().allow_origin_pattern("https://*.app.example"),
        exact().allow_origin_pattern("https://**.app.example"),
        exact().allow_origin_if(own),
    ]
}

/// Sends all that can stand in a header, and returns how often it was sent.
fn refuse_everywhere(origins: &[String]) -> usize {
    let mut count = 0;
    for policy in policies() {
        let client = client(policy);
        for origin in origins {
            if HeaderValue::from_bytes(origin.as_bytes()).is_err() {
                continue;
            }
            let told = get(&client, origin);
            let told = told.header("access-control-allow-origin");
            assert_eq!(told, None, "{origin:?}");
            count += 1;
        }
    }
    count
}

#[test]
fn f11_a_character_between_two_hosts_makes_neither_of_them_an_origin() {
    let is_of_hosts = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut origins = Vec::new();
    for between in ('\0'..='\u{ff}').filter(|c| !is_of_hosts(*c)) {
        let encoded = format!("%{:02x}", u32::from(between));
        for between in [between.to_string(), encoded] {
            origins.extend([
                format!("https://{HOST}{between}{EVIL}"),
                format!("https://{HOST}{between}.{EVIL}"),
                format!("https://{EVIL}{between}{HOST}"),
                format!("https://{EVIL}{between}.{HOST}"),
                format!("https://{between}{HOST}"),
                format!("https://{HOST}{between}"),
                format!("https{between}://{HOST}"),
                format!("{between}https://{HOST}"),
            ]);
        }
    }
    assert!(refuse_everywhere(&origins) > 1_000);
}

#[test]
fn f11_what_normalises_to_a_separator_separates_nothing() {
    let splitters = "\u{a0}\u{ad}\u{37e}\u{180e}\u{2000}\u{2003}\u{2009}\u{200b}\u{200d}\u{2024}\u{2025}\
                     \u{2028}\u{202e}\u{2044}\u{2047}\u{2048}\u{2060}\u{2100}\u{2101}\u{2105}\u{2106}\u{2215}\
                     \u{2236}\u{2488}\u{2a74}\u{3000}\u{3002}\u{fe13}\u{fe52}\u{fe55}\u{fe56}\u{fe5f}\u{fe68}\
                     \u{fe6b}\u{feff}\u{ff03}\u{ff0e}\u{ff0f}\u{ff1a}\u{ff1f}\u{ff20}\u{ff3c}\u{ff61}\u{1f100}";
    let mut origins = Vec::new();
    for splitter in splitters.chars() {
        origins.extend([
            format!("https://{EVIL}{splitter}{HOST}"),
            format!("https://{EVIL}{splitter}.{HOST}"),
            format!("https://{HOST}{splitter}{EVIL}"),
            format!("https://{HOST}{splitter}"),
            format!("https:{splitter}{splitter}{HOST}"),
            format!("https://app{splitter}example"),
        ]);
    }
    let letters = "ａpp.example ᵃpp.example аpp.example app.exampⅼe APP.EXAMPLE ⓐpp.example";
    origins.extend(words(letters).map(|host| format!("https://{host}")));
    assert!(refuse_everywhere(&origins) > 1_000);
}

/// Texts with blanks between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !word.is_empty())
}

#[test]
fn f11_a_name_that_begins_or_ends_like_the_allowed_one_is_another() {
    let names = "app.example.evil.example evilapp.example evil-app.example evil_app.example app-example \
                 app_example appxexample app.examples app.exampl pp.example app.example. app.example.. \
                 .app.example ..app.example app..example example app.example.com app.example.localhost \
                 wwwapp.example app.example0 0app.example app.example- app.example_ *.app.example \
                 **.app.example * a.*.app.example [app.example] [app.example app.example] (app.example) \
                 xn--app.example app.xn--example app.example:app.example";
    let users = "evil.example:443@app.example app.example@evil.example app.example:pass@evil.example \
                 a:b@app.example @app.example app.example:@evil.example app.example\\@evil.example \
                 app.example#@evil.example app.example?@evil.example app.example/@evil.example";
    let origins: Vec<_> = words(names)
        .chain(words(users))
        .map(|name| format!("https://{name}"))
        .collect();
    assert!(refuse_everywhere(&origins) > 100);
}

#[test]
fn f11_an_origin_with_more_or_less_than_a_browser_sends_is_none() {
    let ends = ": :0 :00 :80 :443 :0443 :+443 :-1 :65536 :99999 :443:443 :443/ :https :0x1bb :٤٤٣ :８４４３ :8443 \
                :3000 :3000. / // /. /.. /a ? ?a # #a ; , \" ' ` | ^ %00 %0a %0d%0a %20 %2e %2f";
    let schemes = "// /// http:// HTTPS:// Https:// httpss:// ttps:// https: https:/ https:/// https://// \
                   https:\\\\ https:/\\ \\\\ /\\ \\/ ws:// wss:// ftp:// file:// blob:https:// \
                   view-source:https:// javascript:// data:text/html,https:// about: null:// \
                   chrome-extension:// https%3a// https:%2f%2f https://https:// https://. https://.. \
                   \u{feff}https:// .https:// 1https://";
    let mut origins: Vec<_> = words(ends).map(|end| format!("{APP}{end}")).collect();
    origins.extend(words(schemes).map(|scheme| format!("{scheme}{HOST}")));
    origins.extend(words("null NULL Null null,null nulls undefined * true").map(Into::into));
    for blank in [" ", "\t", ",", ", ", ";"] {
        origins.extend([
            format!("{APP}{blank}"),
            format!("{blank}{APP}"),
            format!("https:{blank}//{HOST}"),
            format!("https://{blank}{HOST}"),
            format!("{APP}{blank}https://{EVIL}"),
            format!("https://{EVIL}{blank}{APP}"),
            format!("{APP}:4{blank}43"),
            blank.into(),
        ]);
    }
    origins.extend([String::new(), HOST.into()]);
    assert!(refuse_everywhere(&origins) > 400);
}

#[test]
fn f11_another_way_to_write_ones_own_machine_is_another_origin() {
    let machines = "127.0.0.1 127.1 127.0.1 127.127.127.127 127.000.000.001 0127.0.0.1 0x7f.0.0.1 0x7f000001 \
                    0x7F.1 2130706433 017700000001 0177.1 0 0.0.0.0 00.00.00.00 [::] [::1] [0:0:0:0:0:0:0:1] \
                    [0000::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] [::1%25lo] \
                    [::1%lo] ::1 [::1 LOCALHOST Localhost localhost. localhost.. .localhost \
                    localhost.localdomain a.localhost localhost.evil.example localhost@evil.example \
                    localhost#.evil.example localhost%00 localhos localhosts ⓛocalhost ①②⑦.⓪.⓪.① 127。0。0。1 \
                    loopback ip6-localhost 169.254.169.254 192.168.0.1 10.0.0.1";
    let mut origins = Vec::new();
    for machine in words(machines) {
        for port in ["", ":80", ":3000", ":03000", ":3000/", ":3001"] {
            origins.push(format!("http://{machine}{port}"));
        }
        origins.push(format!("https://{machine}:3000"));
    }
    let near =
        "http://localhost https://localhost:3000 http://localhost:30000 http://localhost:300";
    origins.extend(words(near).map(Into::into));
    assert!(refuse_everywhere(&origins) > 1_000);
}
