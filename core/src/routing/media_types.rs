//! What media types a route takes and gives, said where everybody can read it.

use http::HeaderValue;

use super::error::Fault;
use super::metadata::Metadata;
use crate::header::MediaType;

/// As route metadata: the media types that the route's responses may have, the one that the server
/// likes best first.
///
/// It says so, and does nothing by itself: `falcon-media` negotiates by it, a description of the
/// API lists it. A text that is no media type is a problem of the route, told by
/// [`App::freeze`](crate::App::freeze).
///
/// ```
/// use falcon_core::{App, Produces, Request, Resource, Response, Result};
///
/// struct Report;
///
/// impl Resource for Report {
///     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
///         let offers = ["text/csv", "text/html"];
///         resp.set_text(format!("you would like {:?}", req.prefers(&offers)));
///         Ok(())
///     }
/// }
///
/// let mut app = App::new();
/// app.add_route("/report", Report).with(Produces::new(["text/csv", "text/html"]));
/// ```
#[derive(Clone, Debug)]
pub struct Produces(MediaTypes);

/// As route metadata: the media types that the route takes in the body of a request.
///
/// It says so, and does nothing by itself: `falcon-media` reads bodies by it and answers 415 with
/// the list, a description of the API shows it. A text that is no media type is a problem of the
/// route, told by [`App::freeze`](crate::App::freeze).
#[derive(Clone, Debug)]
pub struct Consumes(MediaTypes);

macro_rules! list_of_types {
    ($name:ident) => {
        impl $name {
            /// Takes the media types, with their parameters if they have any.
            pub fn new<T: AsRef<str>>(media_types: impl IntoIterator<Item = T>) -> Self {
                Self(MediaTypes::new(media_types))
            }

            /// Returns the media types, ready to be a `Content-Type`.
            pub fn media_types(&self) -> &[HeaderValue] {
                &self.0.types
            }

            /// Returns the media types as texts.
            pub fn iter(&self) -> impl Iterator<Item = &str> {
                self.0.types.iter().filter_map(|value| value.to_str().ok())
            }
        }
    };
}
list_of_types!(Produces);
list_of_types!(Consumes);

#[derive(Clone, Debug)]
struct MediaTypes {
    types: Vec<HeaderValue>,
    wrong: Option<String>,
}

impl MediaTypes {
    fn new<T: AsRef<str>>(media_types: impl IntoIterator<Item = T>) -> Self {
        let mut this = Self {
            types: Vec::new(),
            wrong: None,
        };
        for text in media_types {
            let text = text.as_ref();
            match (MediaType::parse(text), HeaderValue::from_str(text)) {
                (Some(media_type), Ok(value)) if !media_type.essence().contains('*') => {
                    this.types.push(value);
                }
                _ => this.wrong = Some(format!("`{text}` is no media type")),
            }
        }
        if this.types.is_empty() && this.wrong.is_none() {
            this.wrong = Some("a list of media types is empty".to_owned());
        }
        this
    }
}

/// What is wrong with the lists of a route.
pub(crate) fn check(meta: &Metadata, template: &str) -> Result<(), Fault> {
    let produced = meta.all::<Produces>().map(|list| &list.0);
    let consumed = meta.all::<Consumes>().map(|list| &list.0);
    match produced.chain(consumed).find_map(|list| list.wrong.clone()) {
        None => Ok(()),
        Some(wrong) => Err(Fault::new(0..template.len(), wrong).help(
            "write each as `type/subtype`, with parameters as in `text/csv; header=present`",
        )),
    }
}
