//! `{id:uuid}`

use super::Converter;
use crate::operation::Schema;

/// A UUID in any of its usual spellings, of any version, with case ignored (RFC 9562 section 4).
pub(super) struct Uuid;

impl Converter for Uuid {
    type Value = u128;

    fn convert(&self, text: &str) -> Option<u128> {
        let urn = text
            .get(..9)
            .filter(|prefix| prefix.eq_ignore_ascii_case("urn:uuid:"));
        let text = text.get(urn.map_or(0, str::len)..)?;
        let text = text
            .strip_prefix('{')
            .map_or(Some(text), |rest| rest.strip_suffix('}'))?;
        let hyphens = match text.len() {
            32 => false,
            36 => true,
            _ => return None,
        };
        let mut value = 0_u128;
        for (i, b) in text.bytes().enumerate() {
            if hyphens && matches!(i, 8 | 13 | 18 | 23) {
                if b != b'-' {
                    return None;
                }
                continue;
            }
            value = value << 4 | u128::from(char::from(b).to_digit(16)?);
        }
        Some(value)
    }

    fn schema(&self) -> Option<Schema> {
        Some(Schema::new(r#"{"type":"string","format":"uuid"}"#))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_give_the_same_value() {
        let value = 0x0190_163d_8694_739b_aea5_966c_26f8_ad91_u128;
        for text in [
            "0190163d-8694-739b-aea5-966c26f8ad91",
            "0190163D-8694-739B-AEA5-966C26F8AD91",
            "0190163d8694739baea5966c26f8ad91",
            "{0190163d-8694-739b-aea5-966c26f8ad91}",
            "urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91",
        ] {
            assert_eq!(Uuid.convert(text), Some(value), "{text}");
        }
    }

    #[test]
    fn anything_else_is_not_taken() {
        for text in [
            "",
            "0190163d-8694-739b-aea5-966c26f8ad9",
            "0190163d86-94-739b-aea5-966c26f8ad91",
            "0190163d-8694-739b-aea5-966c26f8ad9g",
            "{0190163d-8694-739b-aea5-966c26f8ad91",
            "+190163d8694739baea5966c26f8ad91",
            "\u{661}190163d8694739baea5966c26f8ad9",
        ] {
            assert_eq!(Uuid.convert(text), None, "{text}");
        }
    }
}
