//! The middleware: it describes the app that it is put into, and serves the description.

use std::borrow::Borrow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use falcon_core::operation::Operation;
use falcon_core::{AppInfo, Metadata, Middleware, Route, Setup, SetupError};
use serde_json::{Value, json};

use crate::document::{Document, DocumentError, Info};
use crate::given::Given;
#[cfg(feature = "page")]
use crate::page;
use crate::serve::{Format, Rendered, Served};

/// Describes the routes of an app or of a group, and serves the description.
///
/// What routes declare, as [`Operation`]s, is described when the app is frozen; it costs no request anything.
/// Templates, converters, media types, credentials, problems and deprecation are told by the routes and by the
/// extensions that see to them. Mounts, sinks, `on_request` and methods that OpenAPI has no word for are left out,
/// and so is HEAD where GET answers it. Of routes that only their converters or the names of fields tell apart, the
/// first is described.
///
/// For several versions of an API, there is one of these for each, with [`below`](Self::below). It is the app's
/// middleware: what it serves stands outside of all groups, and whoever may not read it is kept out by the app's
/// middleware and [`with`](Self::with).
///
/// # Errors
///
/// [`freeze`](falcon_core::App::freeze) refuses two operations that were given one `id`, schemas that are none or refer to
/// what is not there, addresses with fields, and a page without a document.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is given to an app or a group"]
pub struct OpenApi {
    info: Info,
    /// The document, where it was there first.
    given: Option<Given>,
    below: Option<String>,
    json_at: Option<String>,
    yaml_at: Option<String>,
    #[cfg(feature = "page")]
    page_at: Option<String>,
    attached: Attached,
    rendered: Arc<OnceLock<Rendered>>,
}

impl OpenApi {
    /// Starts a description with the name of the API and its version.
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            info: Info {
                title: title.into(),
                version: version.into(),
                ..Info::default()
            },
            given: None,
            below: None,
            json_at: None,
            yaml_at: None,
            #[cfg(feature = "page")]
            page_at: None,
            attached: Attached::default(),
            rendered: Arc::default(),
        }
    }

    /// Starts with a document that is there: it is served as it is, routes are held to it when the app is frozen, and
    /// whoever checks requests checks them by it, as `falcon-validate` does.
    ///
    /// Paths are looked for below what [`below`](Self::below) says. Every operation of the document needs a route, and
    /// every route an operation of the document, unless it is [hidden](Operation::hidden); what a route
    /// [`Consumes`](falcon_core::Consumes) has to be what the document has. What is said of the API as a whole is the document's.
    ///
    /// ```
    /// use falcon_core::{App, Request, Resource, Response, Result};
    /// use falcon_openapi::{Document, OpenApi};
    ///
    /// # struct Things;
    /// # impl Resource for Things {
    /// #     async fn on_get(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
    /// # }
    /// let document = Document::parse(r#"{
    ///     "openapi": "3.1.1",
    ///     "info": {"title": "Things", "version": "1"},
    ///     "paths": {"/things": {"get": {"responses": {"200": {"description": "All of them."}}}}}
    /// }"#)?;
    /// let mut app = App::with(OpenApi::of(document).json_at("/openapi.json"));
    /// app.add_route("/things", Things);
    /// assert!(app.freeze().is_ok());
    /// # Ok::<(), falcon_openapi::DocumentError>(())
    /// ```
    pub fn of(document: Document) -> Self {
        let title = document.as_value().pointer("/info/title");
        let title = title.and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            given: Some(Given::new(document)),
            ..Self::new(title, "")
        }
    }

    fn about(mut self, name: &str, value: Value) -> Self {
        self.info.more.insert(name.to_owned(), value);
        self
    }

    /// Sets a line about the API.
    pub fn summary(self, summary: &str) -> Self {
        self.about("summary", json!(summary))
    }

    /// Sets a text about the API, in Markdown.
    pub fn description(self, description: &str) -> Self {
        self.about("description", json!(description))
    }

    /// Sets where the terms of service are.
    pub fn terms_of_service(self, url: &str) -> Self {
        self.about("termsOfService", json!(url))
    }

    /// Sets whom to ask.
    pub fn contact(self, name: &str, url: &str) -> Self {
        self.about("contact", json!({"name": name, "url": url}))
    }

    /// Sets the licence of the API, by its SPDX expression.
    pub fn license(self, name: &str, identifier: &str) -> Self {
        self.about("license", json!({"name": name, "identifier": identifier}))
    }

    /// Adds where the API is served, and what for. Without one it is the root of the host that serves the document: an
    /// app below a prefix says `./` for a document at its own root.
    pub fn server(mut self, url: &str, description: &str) -> Self {
        self.info
            .servers
            .push((url.to_owned(), Some(description.to_owned())));
        self
    }

    /// Says what a tag is about; tags stand in this order.
    pub fn tag(mut self, name: &str, description: &str) -> Self {
        self.info.tags.retain(|(known, _)| known != name);
        let tag = (name.to_owned(), description.to_owned());
        self.info.tags.push(tag);
        self
    }

    /// Describes only routes whose template begins with this.
    pub fn below(mut self, prefix: &str) -> Self {
        self.below = Some(prefix.to_owned());
        if let Some(given) = &mut self.given {
            given.below(prefix);
        }
        self
    }

    /// Changes the document, once it is put together: for what there is no word here.
    pub fn edit(mut self, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        self.info.edits.push(Arc::new(edit));
        self
    }

    /// Serves the document as JSON.
    pub fn json_at(mut self, path: &str) -> Self {
        self.json_at = Some(path.to_owned());
        self
    }

    /// Serves the document as YAML.
    pub fn yaml_at(mut self, path: &str) -> Self {
        self.yaml_at = Some(path.to_owned());
        self
    }

    /// Serves a page to read the API and to try it. The document has to be served as JSON too, by the same host.
    #[cfg(feature = "page")]
    pub fn page_at(mut self, path: &str) -> Self {
        self.page_at = Some(path.to_owned());
        self
    }

    /// Attaches metadata to the routes that serve the description: who may read it, for one.
    pub fn with<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.attached.0.push(Arc::new(move |meta: &mut Metadata| {
            meta.with(value.clone());
        }));
        self
    }

    /// Describes routes without serving anything, as a test would:
    /// `openapi.document(service.routes())`.
    ///
    /// # Errors
    ///
    /// What [`freeze`](falcon_core::App::freeze) would refuse.
    pub fn document<R: Borrow<Route>>(
        &self,
        routes: impl IntoIterator<Item = R>,
    ) -> Result<Document, DocumentError> {
        let prefix = self.below.as_deref().unwrap_or("");
        let routes = routes.into_iter();
        let described = routes.filter(|route| is_below(route.borrow().template(), prefix));
        let Some(given) = &self.given else {
            return Document::of(&self.info, described);
        };
        let routes: Vec<R> = described.collect();
        let routes: Vec<&Route> = routes.iter().map(Borrow::borrow).collect();
        let faults = given.disagreements(&routes);
        if faults.is_empty() {
            Ok(given.document.clone())
        } else {
            Err(DocumentError { faults })
        }
    }
}

/// Metadata for the routes that serve the description.
#[derive(Clone, Default)]
pub(crate) struct Attached(Vec<Arc<Attach>>);

type Attach = dyn Fn(&mut Metadata) + Send + Sync;

impl Attached {
    /// Says that a route is not part of what is described, and what else was attached to it.
    pub(crate) fn describe(&self, meta: &mut Metadata) {
        meta.with(Operation::new().hidden());
        self.0.iter().for_each(|attach| attach(meta));
    }
}

impl fmt::Debug for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attached({})", self.0.len())
    }
}

impl OpenApi {
    /// Where it is served.
    fn addresses(&self) -> Vec<&String> {
        let all = self.json_at.iter().chain(&self.yaml_at);
        #[cfg(feature = "page")]
        let all = all.chain(&self.page_at);
        all.collect()
    }

    fn check_addresses(&self, is_group: bool) -> Result<(), SetupError> {
        let all = self.addresses();
        if is_group && !all.is_empty() {
            let why = "a description of a group would be served outside of it, past whoever guards the group: give it to \
                       the app, with `.below(…)` for the group's prefix, or serve nothing";
            return Err(SetupError::new(why));
        }
        if let Some(path) = all.iter().find(|path| path.contains('{')) {
            let why = format!("a description is served at one address, and `{path}` has fields");
            return Err(SetupError::new(why));
        }
        #[cfg(feature = "page")]
        if self.page_at.is_some() && self.json_at.is_none() {
            let why = "there is a page for the API, and no document that it could read: say `.json_at(\"/openapi.json\")`";
            return Err(SetupError::new(why));
        }
        Ok(())
    }
}

fn is_below(template: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    template
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Middleware for OpenApi {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        if let Some(given) = &self.given {
            app.add_metadata(given.describer());
        }
        // A clone of a description is another description.
        self.rendered = Arc::default();
        self.check_addresses(app.is_group())?;
        let paths = [(&self.json_at, Format::Json), (&self.yaml_at, Format::Yaml)];
        for (path, format) in paths {
            if let Some(path) = path {
                let rendered = Arc::clone(&self.rendered);
                app.add_route(path, Served::new(format, rendered, self.attached.clone()));
            }
        }
        #[cfg(feature = "page")]
        if let (Some(page), Some(document)) = (&self.page_at, &self.json_at) {
            page::add(app, page, document, &self.info, &self.attached);
        }
        Ok(())
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let document = self.document(app.routes());
        let document = document.map_err(|error| {
            let faults = error
                .faults
                .into_iter()
                .map(|why| Err(SetupError::new(why)));
            SetupError::all(faults).err()
        });
        match document {
            Ok(document) => drop(self.rendered.set(Rendered::new(&document))),
            Err(Some(error)) => return Err(error),
            Err(None) => {}
        }
        Ok(())
    }
}
