//! The entrance: a request's parameters as a struct.

use falcon_core::{Request, Result};
use serde::de::DeserializeOwned;

use crate::report::read;
use crate::sealed::Sealed;
use crate::source::{Place, Source};

/// Reading a request's parameters as structs. Sealed: it is there to be called.
pub trait ParamsRequest: Sealed {
    /// Reads the query as a `T`.
    ///
    /// # Errors
    ///
    /// - 400, code `invalid_parameters`, with all that is wrong in the member `errors`: each with
    ///   `name`, `code` (`missing` or `invalid`) and `expected`.
    /// - 400, code `invalid_query`, for a query that cannot be read at all.
    fn query_params<T: DeserializeOwned>(&self) -> Result<T>;

    /// Reads the fields of the route's template as a `T`.
    ///
    /// # Errors
    ///
    /// 404 if one of them is none, with the same member: there is no such thing at this URL.
    fn path_params<T: DeserializeOwned>(&self) -> Result<T>;

    /// Reads headers as a `T`: the field `x_request_id` is the header `X-Request-Id`. Several
    /// lines and commas make a list.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_headers`, with the same member. A line that is not visible ASCII counts
    /// as absent.
    fn header_params<T: DeserializeOwned>(&self) -> Result<T>;
}

impl ParamsRequest for Request {
    fn query_params<T: DeserializeOwned>(&self) -> Result<T> {
        let mut entries: Vec<(String, Vec<String>)> = Vec::new();
        for (name, value) in self.query()?.iter() {
            match entries.iter_mut().find(|(known, _)| *known == name) {
                Some((_, texts)) => texts.push(value.into_owned()),
                None => entries.push((name.into_owned(), vec![value.into_owned()])),
            }
        }
        let place = Place::Query;
        Ok(read(Source { entries, place })?)
    }

    fn path_params<T: DeserializeOwned>(&self) -> Result<T> {
        let fields = self
            .route()
            .map(falcon_core::Route::fields)
            .unwrap_or_default();
        let entry = |field: &falcon_core::routing::Field| {
            let text = self.param(field.name())?;
            Some((field.name().to_owned(), vec![text.to_owned()]))
        };
        let entries = fields.iter().filter_map(entry).collect();
        let place = Place::Path;
        Ok(read(Source { entries, place })?)
    }

    fn header_params<T: DeserializeOwned>(&self) -> Result<T> {
        let mut entries = Vec::new();
        for name in self.headers().keys() {
            let lines = self.headers().get_all(name).iter();
            let texts = lines.filter_map(|line| line.to_str().ok());
            let texts: Vec<String> = texts.map(str::to_owned).collect();
            if !texts.is_empty() {
                entries.push((name.as_str().to_owned(), texts));
            }
        }
        let place = Place::Header;
        Ok(read(Source { entries, place })?)
    }
}
