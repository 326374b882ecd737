//! Parsers and printers against second implementations, on random inputs.

use std::fmt::Display;

use falcon_core::filename::{is_device, secure};
use falcon_core::header::{Accept, Cookies, Range, RangeSpec};
use falcon_core::{App, Query, Request, Resource, Response, Result, uri};
use falcon_testing::TestClient;
use proptest::prelude::{
    ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use crate::{Text, block_on};

/// Tells its fields in their order.
struct Fields;

impl Resource for Fields {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let route = req
            .route()
            .map(falcon_core::Route::fields)
            .unwrap_or_default();
        let fields = route
            .iter()
            .map(|field| req.param(field.name()).unwrap_or("(none)"));
        resp.set_text(fields.collect::<Vec<_>>().join("\u{0}"));
        Ok(())
    }
}

/// A part of a segment: literal text, or a field with its text.
#[derive(Clone, Debug)]
enum Piece {
    Literal(String),
    Field(String),
}

/// A template of random segments, with a text for each field.
fn template() -> impl Strategy<Value = Vec<Vec<Piece>>> {
    let literal = "[a-zA-Z0-9_.~!$&'()+,;=@\u{e9}\u{4e2d}-]{1,6}";
    let literal = literal.prop_map(Piece::Literal);
    let field = || "[^\u{0}-\u{1f}\u{7f}-\u{9f}]{1,6}".prop_map(Piece::Field);
    let between = "[.,-]{1,2}".prop_map(Piece::Literal);
    let segment = prop_oneof![
        literal.prop_map(|literal| vec![literal]),
        field().prop_map(|field| vec![field]),
        (field(), between, "[.,a-]{1,4}".prop_map(Piece::Field))
            .prop_map(|(first, between, second)| vec![first, between, second]),
    ];
    proptest::collection::vec(segment, 1..6)
}

/// The template, what its fields are, and the path that has both in it.
fn written(segments: &[Vec<Piece>]) -> (String, Vec<String>, String) {
    let (mut template, mut texts, mut path) = (String::new(), Vec::new(), String::new());
    for segment in segments {
        template.push('/');
        path.push('/');
        for piece in segment {
            match piece {
                Piece::Literal(text) => {
                    template.push_str(text);
                    path.push_str(&uri::encode_value(text));
                }
                Piece::Field(text) => {
                    template.push_str(&["{f", &texts.len().to_string(), "}"].concat());
                    path.push_str(&uri::encode_value(text));
                    texts.push(text.clone());
                }
            }
        }
    }
    (template, texts, path)
}

/// RFC 9110 section 12.5.1, read slowly: all ranges, the best of those that match.
fn slow_quality(ranges: &[(String, u16)], media_type: &str) -> u16 {
    let params = |text: &str| {
        text.split(';')
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let essence = media_type.split(';').next().unwrap();
    let (kind, _) = essence.split_once('/').unwrap();
    let offered = params(media_type);
    let rank = |range: &str| match range.split(';').next() {
        Some("*/*") => Some(0),
        Some(range) if range == format!("{kind}/*") => Some(1),
        Some(wanted) if wanted == essence => {
            let wanted = params(range);
            let all = wanted.iter().all(|param| offered.contains(param));
            all.then_some(2 + wanted.len())
        }
        _ => None,
    };
    let matching = ranges
        .iter()
        .filter_map(|(range, quality)| Some((rank(range)?, *quality)));
    // Of two equal ranges the better one counts.
    matching.max().map_or(0, |(_, quality)| quality)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_template_and_its_fields_make_a_url_that_gives_the_fields_back(segments in template()) {
        let (template, texts, path) = written(&segments);
        let mut app = App::new();
        app.add_route(&template, Fields).name("it");
        let service = app.freeze().unwrap();
        prop_assert_eq!(service.routes()[0].template(), &template);
        let names: Vec<String> = (0..texts.len()).map(|i| format!("f{i}")).collect();
        let fields: Vec<(&str, &dyn Display)> = names
            .iter()
            .zip(&texts)
            .map(|(name, text)| { let text: &dyn Display = text; (name.as_str(), text) })
            .collect();
        let url = service.url_for("it", &fields);
        let client = TestClient::new(service);
        let leads_back = |path: &str| {
            let result = block_on(client.get(path).send());
            result.status() == 200 && result.text() == texts.join("\u{0}")
        };
        if let Ok(url) = url {
            prop_assert!(leads_back(&url), "{}", url);
        } else {
            // Where none is made, none could be: the second of two fields would be another.
            let has_dots = path.split('/').any(|s| s == "." || s == "..");
            prop_assert!(has_dots || !leads_back(&path), "{} of {}", path, template);
        }
    }

    #[test]
    fn no_template_panics(template in "[/a{}:(),=\"' é%?#\\\\-]{0,24}") {
        let mut app = App::new();
        app.add_route(&template, Text("it"));
        if let Err(errors) = app.freeze() {
            let place = errors.routes()[0].place();
            prop_assert!(place.end <= template.len());
            prop_assert!(errors.to_string().contains(&template));
        }
    }

    #[test]
    fn a_clients_file_name_becomes_one_that_is_safe_everywhere(
        name in "([cC][oO][nN]|nul|lpt1|[a-c./\\\\: \0é\u{202e}-]{0,12}){0,3}",
        max in 1_usize..12,
    ) {
        let Some(plain) = secure(&name, max) else {
            prop_assert!(name.is_empty());
            return Ok(());
        };
        prop_assert!(!plain.is_empty() && plain.len() <= max);
        prop_assert!(plain.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)));
        prop_assert!(!plain.starts_with('.') && !plain.ends_with('.') && !is_device(&plain));
        prop_assert_eq!(secure(&plain, max), Some(plain));
    }

    #[test]
    fn queries_are_read_as_another_parser_reads_them(raw in "[a-c=&+%0-9A-F;é]{0,40}") {
        let expected: Vec<(String, String)> = form_urlencoded::parse(raw.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        if let Ok(query) = Query::parse(&raw) {
            let read: Vec<_> = query
                .iter()
                .map(|(n, v)| (n.into_owned(), v.into_owned()))
                .collect();
            prop_assert_eq!(read, expected);
        } else {
            // The other one replaces what is not UTF-8; this one refuses it.
            let replaced = expected.iter().any(|(n, v)| format!("{n}{v}").contains('\u{fffd}'));
            prop_assert!(replaced, "{} is refused", raw);
        }
    }

    #[test]
    fn cookies_are_read_as_another_parser_reads_them(raw in "[a-c=; \"%,/]{0,40}") {
        let expected: Vec<(String, String)> = cookie::Cookie::split_parse(raw.as_str())
            .flatten()
            .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
            // The other one takes any text for a name.
            .filter(|(name, _)| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'%'))
            .collect();
        let cookies = Cookies::new(raw.as_str());
        let read: Vec<_> = cookies.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn ranges_are_read_as_another_parser_reads_them(raw in "bytes=[0-9, -]{0,20}", length in 0_u64..2000) {
        let mine = Range::parse(&raw);
        let others = http_range_header::parse_range_header(&raw);
        if let (Some(mine), Ok(others)) = (&mine, &others) {
            use http_range_header::{EndPosition, StartPosition};
            let theirs: Vec<RangeSpec> = others.ranges.iter().map(|range| match (range.start, range.end) {
                (StartPosition::Index(first), EndPosition::Index(last)) => RangeSpec::FromTo(first, Some(last)),
                (StartPosition::Index(first), EndPosition::LastByte) => RangeSpec::FromTo(first, None),
                (StartPosition::FromLast(count), _) => RangeSpec::Last(count),
            }).collect();
            prop_assert_eq!(mine.specs(), theirs);
        }
        if mine.is_none() {
            // The other one finds reversed positions when it knows the length.
            let valid = others.is_ok_and(|others| others.validate(u64::MAX).is_ok());
            prop_assert!(!valid, "{} is taken by the other one", raw);
        }
        for part in mine.iter().flat_map(Range::specs).filter_map(|spec| spec.within(length)) {
            prop_assert!(part.start < part.end && part.end <= length);
        }
    }

    #[test]
    fn qualities_are_those_of_a_slow_reader(
        ranges in proptest::collection::vec((
            prop_oneof![
                "[ab]/[cd](;p=[12])?(;r=[12])?",
                "[ab]/\\*",
                proptest::strategy::Just("*/*".to_owned()),
            ],
            0_u16..=1000,
        ), 1..8),
        media_type in "[ab]/[cd](;p=[12])?(;r=[12])?",
    ) {
        let shown = ranges.iter().map(|(range, quality)| match quality {
            1000 => range.clone(),
            quality => format!("{range};q=0.{quality:03}"),
        });
        let header = shown.collect::<Vec<_>>().join(", ");
        prop_assert_eq!(Accept::new(header.as_str()).quality(&media_type), slow_quality(&ranges, &media_type), "{}", header);
    }
}
