//! What was expected of a text that could not be parsed.

use std::fmt::Display;
use std::time::SystemTime;

use typeid::ConstTypeId;

/// A sentence for a value that is no `T`: what a client understands where the type is one that
/// everybody knows, else what the type's own parser says.
pub(super) fn sentence<T>(of: &str, error: impl Display) -> String {
    let wanted = ConstTypeId::of::<T>();
    let integers = [
        ConstTypeId::of::<u8>(),
        ConstTypeId::of::<u16>(),
        ConstTypeId::of::<u32>(),
        ConstTypeId::of::<u64>(),
        ConstTypeId::of::<u128>(),
        ConstTypeId::of::<usize>(),
        ConstTypeId::of::<i8>(),
        ConstTypeId::of::<i16>(),
        ConstTypeId::of::<i32>(),
        ConstTypeId::of::<i64>(),
        ConstTypeId::of::<i128>(),
        ConstTypeId::of::<isize>(),
    ];
    let floats = [ConstTypeId::of::<f32>(), ConstTypeId::of::<f64>()];
    if integers.contains(&wanted) {
        format!("The value{of} must be an integer.")
    } else if floats.contains(&wanted) {
        format!("The value{of} must be a float.")
    } else if wanted == ConstTypeId::of::<bool>() {
        "The value of the parameter must be \"true\" or \"false\".".to_owned()
    } else if wanted == ConstTypeId::of::<SystemTime>() {
        format!("The value{of} must be a date and time as RFC 3339 has it.")
    } else {
        error.to_string()
    }
}
