//! `/r`: what the router finds, with which fields.

use falcon::prelude::*;
use falcon::routing::converter::Converter;
use serde_json::{Map, json};
use uuid::Uuid;

use crate::show;
use crate::value::{Moment, Value};

/// Answers GET with the label that it was registered under, and what the router found.
pub(crate) struct Show(pub(crate) &'static str);

impl Resource for Show {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let template = req.route().map(falcon::Route::template);
        let params = fields(req)?;
        show(
            resp,
            &json!({"route": self.0, "template": template, "params": params}),
        );
        Ok(())
    }
}

fn fields(req: &Request) -> Result<Map<String, serde_json::Value>> {
    let fields = req.route().map(falcon::Route::fields).unwrap_or_default();
    let typed = |field: &falcon::routing::Field| {
        let value = field_value(req, field.name(), field.converter().unwrap_or(""))?;
        Ok((field.name().to_owned(), value.typed()))
    };
    fields.iter().map(typed).collect()
}

/// The value that a field's converter makes.
pub(crate) fn field_value(req: &Request, name: &str, converter: &str) -> Result<Value> {
    let kind = converter.split('(').next().unwrap_or("");
    Ok(match kind {
        "int" => Value::Int(req.param_value(name)?),
        "float" => Value::Float(req.param_value(name)?),
        "uuid" => Value::Uuid(Uuid::from_u128(req.param_value(name)?)),
        "dt" => Value::Moment(req.param_value::<Moment>(name)?),
        "hexcolor" => {
            let bytes: [u8; 3] = req.param_value(name)?;
            Value::List(
                bytes
                    .iter()
                    .map(|byte| Value::Int(i64::from(*byte)))
                    .collect(),
            )
        }
        _ => Value::text(req.param(name).unwrap_or_default()),
    })
}

/// Exactly six hexadecimal digits, as three bytes.
pub(crate) struct HexColor;

impl Converter for HexColor {
    type Value = [u8; 3];

    fn convert(&self, text: &str) -> Option<[u8; 3]> {
        let is_hex = text.len() == 6 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(text, 16).ok().filter(|_| is_hex)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some([red, green, blue])
    }
}

pub(crate) const TEMPLATES: [&str; 60] = [
    "/",
    "/r/lit",
    "/r/lit/deep/er",
    "/r/Case",
    "/r/sym/a-b.c_d~e",
    "/r/sym/a+b",
    "/r/sym/a:b@c",
    "/r/field/{name}",
    "/r/field/{name}/sub",
    "/r/field/{name}/sub/{other}",
    "/r/two/{a}/{b}",
    "/r/three/{a}/x/{b}/y/{c}",
    "/r/repos/{owner}...{repo}",
    "/r/cal/{year}-{month}",
    "/r/compare/{a}:{b}...{c}:{d}",
    "/r/file/{stem}.{ext}",
    "/r/ver/v{major}.{minor}",
    "/r/paren/({x})",
    "/r/tail/{x}.json",
    "/r/lead/user-{x}",
    "/r/cxconv/{id:int}-{slug}",
    "/r/cxconv2/{y:int(4)}-{m:int(2, min=1, max=12)}",
    "/r/int/{n:int}",
    "/r/int3/{n:int(3)}",
    "/r/intmin/{n:int(min=10)}",
    "/r/intmax/{n:int(max=99)}",
    "/r/intrange/{n:int(num_digits=2, min=12, max=34)}",
    "/r/intsub/{n:int}/after",
    "/r/float/{x:float}",
    "/r/floatmm/{x:float(min=-1.5, max=1.5)}",
    "/r/floatany/{x:float(finite=False)}",
    "/r/uuid/{u:uuid}",
    "/r/dt/{when:dt}",
    "/r/date/{when:dt(\"%Y-%m-%d\")}",
    "/r/stamp/{when:dt(\"%Y%m%d%H%M%S\")}",
    "/r/month/{when:dt(\"%b %Y\")}",
    "/r/path/{rest:path}",
    "/r/pathid/{id:int}/{rest:path}",
    "/r/re/{code:re(\"[A-Z]+[0-9]*\")}",
    "/r/color/{c:hexcolor}",
    "/r/pri/fixed",
    "/r/pri/{a}-{b}",
    "/r/pri/{n:int}",
    "/r/pri/fixed/x",
    "/r/pri/{a}-{b}/y",
    "/r/pri/{n:int}/z",
    "/r/bt/fixed/x",
    "/r/bt/{p}/y",
    "/r/bt/{p}/{q}/z",
    "/r/bt/fixed/{q}/w",
    "/r/cx/{a}-{b}",
    "/r/cx/{c}.{d}",
    "/r/cx/{e}",
    "/r/swallow/known",
    "/r/swallow/{rest:path}",
    "/r/swallow2/{n:int}/known",
    "/r/swallow2/{n:int}/{rest:path}",
    "/sink/plain/known",
    "/sink/plain/item/{n:int}",
    "/static/route",
];

/// Two templates, one object: a collection and its items.
pub(crate) struct Things;

impl Things {
    pub(crate) async fn list(&self, req: &mut Request, resp: &mut Response) -> Result {
        Self::answer("on_get", req, resp);
        Ok(())
    }

    pub(crate) async fn create(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_status(StatusCode::CREATED)
            .set_location("/r/things/17");
        Self::answer("on_post", req, resp);
        Ok(())
    }

    pub(crate) async fn one(&self, req: &mut Request, resp: &mut Response) -> Result {
        Self::answer("on_get_item", req, resp);
        Ok(())
    }

    pub(crate) async fn change(&self, req: &mut Request, resp: &mut Response) -> Result {
        Self::answer("on_patch_item", req, resp);
        Ok(())
    }

    pub(crate) async fn delete(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_status(StatusCode::NO_CONTENT);
        Ok(())
    }

    fn answer(responder: &str, req: &Request, resp: &mut Response) {
        let template = req.route().map(falcon::Route::template);
        let mut answer = json!({"responder": responder, "template": template});
        if let (Ok(id), Some(answer)) = (req.param_value::<i64>("id"), answer.as_object_mut()) {
            answer.insert("id".to_owned(), json!(id));
        }
        show(resp, &answer);
    }
}
