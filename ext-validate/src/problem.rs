//! What a client is told.

use falcon_core::operation::Place;
use falcon_core::{HttpError, Member};

use crate::explain::{Explanation, Violation};

/// How many are told in the sentence for people; the list has them all.
const MOST_IN_DETAIL: usize = 3;

/// A parameter that is wrong.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) violation: Violation,
}

/// 422 for a body.
#[cold]
pub(crate) fn of_body(explanation: Explanation) -> HttpError {
    let Explanation {
        violations,
        is_truncated,
    } = explanation;
    let sentences = violations
        .iter()
        .map(|violation| match violation.pointer.as_str() {
            "" => violation.sentence.clone(),
            pointer => format!("At {pointer}: {}", violation.sentence),
        });
    let detail = detail(sentences.collect(), is_truncated);
    let errors = violations.iter().map(|violation| {
        let mut member = vec![("in", Member::from("body"))];
        member.extend(told(violation));
        Member::from(member)
    });
    HttpError::unprocessable_content()
        .title("Request data failed validation")
        .code("validation_failed")
        .detail(detail)
        .member("errors", errors.collect::<Vec<_>>())
        .member("truncated", is_truncated)
}

/// 400 for parameters, as `falcon-params` has it.
#[cold]
pub(crate) fn of_parameters(wrong: &[Wrong], is_truncated: bool) -> HttpError {
    let sentences = wrong.iter().map(|wrong| {
        let name = &wrong.name;
        let place = match wrong.place {
            Place::Header => "The header",
            Place::Cookie => "The cookie",
            Place::Path => "The field",
            _ => "The parameter",
        };
        format!("{place} `{name}`: {}", wrong.violation.sentence)
    });
    let detail = detail(sentences.collect(), is_truncated);
    let errors = wrong.iter().map(|wrong| {
        let mut member = vec![
            ("in", Member::from(wrong.place.as_str())),
            ("name", Member::from(wrong.name.as_str())),
        ];
        member.extend(told(&wrong.violation));
        Member::from(member)
    });
    HttpError::bad_request()
        .title("Invalid parameters")
        .code("invalid_parameters")
        .detail(detail)
        .member("errors", errors.collect::<Vec<_>>())
        .member("truncated", is_truncated)
}

fn told(violation: &Violation) -> [(&'static str, Member); 4] {
    [
        ("pointer", Member::from(violation.pointer.as_str())),
        ("schema", Member::from(violation.schema.as_str())),
        ("keyword", Member::from(violation.keyword.as_str())),
        ("detail", Member::from(violation.sentence.as_str())),
    ]
}

fn detail(sentences: Vec<String>, is_truncated: bool) -> String {
    let count = sentences.len();
    let mut shown: Vec<String> = sentences.into_iter().take(MOST_IN_DETAIL).collect();
    if count > MOST_IN_DETAIL {
        shown.push(format!(
            "And {} more, which `errors` lists.",
            count - MOST_IN_DETAIL
        ));
    }
    if is_truncated {
        shown.push("There may be more that is wrong.".to_owned());
    }
    shown.join(" ")
}
