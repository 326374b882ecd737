//! The fields of the route's template.

use std::fmt::Display;
use std::str::FromStr;

use super::Request;
use crate::Route;
use crate::error::{Error, HttpError, Result};

impl Request {
    /// Returns a field of the route's template, decoded; `None` if the template has no such field.
    ///
    /// # Examples
    ///
    /// With the template `/users/{name}`, `/users/caf%C3%A9` gives `café` for `name`.
    pub fn param(&self, name: &str) -> Option<&str> {
        let matched = self.matched.as_ref()?;
        let field = self.app.route(matched.route)?.field_index(name)?;
        matched.params.get(self.path(), field)
    }

    /// Returns a field of the route's template as a `T`.
    ///
    /// # Errors
    ///
    /// - 404 if the text is no `T`: there is no such thing at this URL.
    /// - 500 if the template has no such field.
    pub fn param_as<T: FromStr>(&self, name: &str) -> Result<T> {
        let text = self.param(name).ok_or_else(|| self.no_such_field(name))?;
        text.parse()
            .or(Err(Error::from_status(http::StatusCode::NOT_FOUND)))
    }

    /// Returns the value that a field's converter makes of it: an `i64` for `{id:int}`, or
    /// whatever your own converter makes.
    ///
    /// # Errors
    ///
    /// 500 if the template has no such field, or its converter makes another type.
    pub fn param_value<T: Send + Sync + 'static>(&self, name: &str) -> Result<T> {
        let text = self.param(name).ok_or_else(|| self.no_such_field(name))?;
        let converter = self.route().and_then(|route| route.converter(name));
        let value = converter.and_then(|converter| converter.value::<T>(text));
        Ok(value.ok_or_else(|| {
            let wanted = std::any::type_name::<T>();
            let why = format!("the converter of the field `{name}` does not make a {wanted}");
            HttpError::internal_server_error().caused_by(why)
        })?)
    }

    fn no_such_field(&self, name: &str) -> HttpError {
        let template = self.route().map_or("(no route)", Route::template);
        let why = format!("the template {template} has no field `{name}`");
        HttpError::internal_server_error().caused_by(why)
    }

    /// Writes the path of a route that was given a [name](crate::RouteBuilder::name), with its
    /// fields percent-encoded, below the [`root_path`](Self::root_path). For a mount or a prefix,
    /// `rest` is what comes below it.
    ///
    /// ```no_run
    /// # use falcon_core::{Request, Response, Result};
    /// # fn example(req: &Request, resp: &mut Response, id: u64) -> Result {
    /// resp.set_location(&req.url_for("thing", &[("id", &id)])?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// 500 with a sentence for the log, where no route has the name, or a field is missing, not
    /// known, given twice, or not taken by its converter; and where the path would not lead back:
    /// to the same route, with the same fields. 400, code `invalid_path`, where the root path, which
    /// is the client's, has dot segments.
    pub fn url_for(&self, name: &str, fields: &[(&str, &dyn Display)]) -> Result<String> {
        let path = self.app.url_for(name, fields)?;
        let root = self.root_path();
        let is_dots =
            |segment: &str| matches!(&*crate::uri::decode(segment)?, "." | "..").then_some(());
        if root.split('/').any(|segment| is_dots(segment).is_some()) {
            let error = HttpError::bad_request().title("Invalid path");
            let why = "The path has dot segments, which a client resolves before it sends it.";
            Err(error.code("invalid_path").detail(why))?;
        }
        Ok(format!("{root}{path}"))
    }

    /// Returns what is left of the path below the prefix of a mount, a sink or
    /// [`App::add_prefix`](crate::App::add_prefix), as it came, without the slash between; `None`
    /// where the path is the prefix itself, and for other routes.
    pub fn rest(&self) -> Option<&str> {
        let fields = self
            .route()
            .filter(|route| route.takes_rest())?
            .fields()
            .len();
        self.matched.as_ref()?.params.raw(self.path(), fields)
    }

    /// Changes a field, in `process_resource` or a hook, for what comes after.
    ///
    /// The responder sees the new text; [`param_value`](Self::param_value) makes its value of it.
    ///
    /// # Errors
    ///
    /// 500 if the template has no such field.
    pub fn set_param(&mut self, name: &str, text: &str) -> Result {
        let index = self.route().and_then(|route| route.field_index(name));
        let (Some(index), Some(matched)) = (index, &mut self.matched) else {
            return Err(self.no_such_field(name).into());
        };
        matched.params.set(self.parts.uri.path(), index, text);
        Ok(())
    }
}
