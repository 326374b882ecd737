//! What was expected of a text that could not be parsed.

use std::fmt::Display;

use typeid::ConstTypeId;

/// A sentence for a value that is no `T`: what a client understands where the type is one that
/// everybody knows, else what the type's own parser says.
pub(super) fn sentence<T>(of: &str, text: &str, error: impl Display) -> String {
    let wanted = ConstTypeId::of::<T>();
    let floats = [ConstTypeId::of::<f32>(), ConstTypeId::of::<f64>()];
    if let Some((least, most)) = integer_bounds(wanted) {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_one = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        // An integer that does not fit is told what would.
        if is_one {
            format!("The value{of} must be an integer from {least} to {most}.")
        } else {
            format!("The value{of} must be an integer.")
        }
    } else if floats.contains(&wanted) {
        format!("The value{of} must be a float.")
    } else if wanted == ConstTypeId::of::<bool>() {
        let of = if of.is_empty() {
            " of the parameter"
        } else {
            of
        };
        format!("The value{of} must be \"true\" or \"false\".")
    } else {
        error.to_string()
    }
}

/// The least and the greatest value, where the type is one of the language's integers.
fn integer_bounds(wanted: ConstTypeId) -> Option<(String, String)> {
    macro_rules! bounds {
        ($($int:ty)*) => { $(
            if wanted == ConstTypeId::of::<$int>() {
                return Some((<$int>::MIN.to_string(), <$int>::MAX.to_string()));
            }
        )* };
    }
    bounds!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
    None
}
