//! Schemas from Rust types.

use falcon_core::operation::Schema;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

/// Returns the schema of what is read as a `T`, named as the type.
///
/// What a type says to serde counts: other names, defaults, what is flattened, what is unknown; and its
/// documentation. Integers have the bounds of their type.
///
/// ```
/// use falcon_core::operation::Operation;
/// use falcon_validate::schema_of;
/// use schemars::JsonSchema;
///
/// #[derive(JsonSchema)]
/// struct Thing {
///     #[schemars(length(min = 1, max = 10))]
///     name: String,
/// }
///
/// let schema = schema_of::<Thing>();
/// assert_eq!(schema.name(), Some("Thing"));
/// let operation = Operation::new().body(schema);
/// ```
pub fn schema_of<T: JsonSchema>() -> Schema {
    generate::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

/// As [`schema_of`], of what a `T` is written as: a field with a default is always there, and one that
/// is skipped never is.
pub fn answer_schema_of<T: JsonSchema>() -> Schema {
    generate::<T>(SchemaSettings::draft2020_12().for_serialize())
}

fn generate<T: JsonSchema>(settings: SchemaSettings) -> Schema {
    let settings = settings.with_transform(RecursiveTransform(add_bounds));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    // It is what it is where another type refers to it, and there it has no title.
    if schema
        .get("title")
        .is_some_and(|title| *title == *T::schema_name())
    {
        schema.remove("title");
    }
    Schema::new(schema.as_value()).named(T::schema_name())
}

/// Adds the bounds of integers that only their format tells.
fn add_bounds(schema: &mut schemars::Schema) {
    let is_integer = match schema.get("type") {
        Some(Value::String(name)) => name == "integer",
        Some(Value::Array(names)) => names.iter().any(|name| name == "integer"),
        _ => false,
    };
    let format = schema.get("format").and_then(Value::as_str);
    let (least, most) = match format.filter(|_| is_integer) {
        Some("int8") => (Value::from(i8::MIN), Value::from(i8::MAX)),
        Some("int16") => (Value::from(i16::MIN), Value::from(i16::MAX)),
        Some("int32") => (Value::from(i32::MIN), Value::from(i32::MAX)),
        Some("int64" | "int") => (Value::from(i64::MIN), Value::from(i64::MAX)),
        Some("uint8") => (Value::from(0), Value::from(u8::MAX)),
        Some("uint16") => (Value::from(0), Value::from(u16::MAX)),
        Some("uint32") => (Value::from(0), Value::from(u32::MAX)),
        Some("uint64" | "uint") => (Value::from(0), Value::from(u64::MAX)),
        _ => return,
    };
    for (own, exclusive, bound) in [
        ("minimum", "exclusiveMinimum", least),
        ("maximum", "exclusiveMaximum", most),
    ] {
        if schema.get(own).is_none() && schema.get(exclusive).is_none() {
            schema.insert(own.to_owned(), bound);
        }
    }
}
