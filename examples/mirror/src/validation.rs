//! Media that are held to schemas.

use falcon::operation::{Answer, Operation, RequestBody, Schema};
use falcon::prelude::*;
use falcon::validate::Validation;
use serde_json::{Value, json};

/// `/val`
struct Valid;

const PET: &str = r#"{
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 10},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "kind": {"enum": ["cat", "dog"]},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3, "uniqueItems": true},
        "ip": {"type": "string", "format": "ipv4"},
        "code": {"type": "string", "pattern": "^[a-z]{2}[0-9]+$"},
        "score": {"type": "number", "multipleOf": 0.5, "exclusiveMaximum": 10}
    },
    "required": ["name"],
    "additionalProperties": false
}"#;

const NUMBERS: &str = r#"{"type": "array", "items": {"type": "integer"}, "minItems": 1}"#;

const RESULT: &str = r#"{
    "type": "object",
    "properties": {"id": {"type": "integer"}, "ok": {"const": true}},
    "required": ["id", "ok"]
}"#;

pub(crate) fn add_routes(app: &mut App) {
    let form = "application/x-www-form-urlencoded";
    let pet = RequestBody::new(Schema::new(PET)).or_of_type(form, Some(Schema::new(PET)));
    let result = || Operation::new().answer(Answer::new(StatusCode::OK).schema(RESULT));
    app.group("/val", Validation::new().enforce_responses())
        .add_route("", Valid)
        .with_for(Method::POST, Operation::new().body(pet))
        .with_for(Method::GET, result())
        .with_for(Method::PUT, result().body(Schema::new(NUMBERS)));
}

impl Resource for Valid {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let media: Value = req.valid_media()?;
        resp.set_media(&json!({ "valid": media }))?;
        Ok(())
    }

    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let query = req.query()?;
        let id: Option<i64> = query.parse_as("id")?;
        resp.set_media(&json!({"id": id, "ok": query.flag("ok")?}))?;
        Ok(())
    }

    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let numbers: Vec<i64> = req.valid_media()?;
        let sum: i64 = numbers.iter().sum();
        resp.set_media(&json!({"id": numbers.first(), "ok": sum < 100}))?;
        Ok(())
    }
}
