//! Schemas from Rust types.

use falcon_core::operation::Schema;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

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
    let schema = settings.into_generator().into_root_schema_for::<T>();
    Schema::new(schema.as_value()).named(T::schema_name())
}
