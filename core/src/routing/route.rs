//! A route, as it stands once the app is frozen.

use std::panic::Location;

use http::{HeaderValue, Method};

use super::Template;
use super::converter::Registered;
use super::metadata::Metadata;
use crate::operation::{Describer, Operation, Schema};
use crate::resource::{DynEndpoint, Methods};

/// A route: what is known of it, for middleware, extensions and listings.
pub struct Route {
    pub(crate) template: String,
    pub(crate) name: Option<String>,
    pub(crate) fields: Vec<Field>,
    pub(crate) methods: Methods,
    pub(crate) allow: HeaderValue,
    pub(crate) meta: Metadata,
    pub(crate) hooks: Vec<HookInfo>,
    /// `None` for a pattern, from which no URL can be made.
    pub(crate) parsed: Option<Template>,
    /// Whether [`Deprecated`] is among the metadata.
    pub(crate) is_deprecated: bool,
    pub(crate) endpoint: Box<dyn DynEndpoint>,
    pub(crate) type_name: &'static str,
    pub(crate) groups: Vec<usize>,
    /// Whether a group's middleware stands around the endpoint.
    pub(crate) is_wrapped: bool,
    pub(crate) kind: super::Kind,
    pub(crate) index: usize,
    pub(crate) added_at: &'static Location<'static>,
}

/// A hook of a route, for listings.
#[derive(Clone, Debug)]
pub struct HookInfo {
    before: bool,
    method: Option<Method>,
    type_name: &'static str,
}

impl HookInfo {
    pub(crate) fn new(before: bool, method: Option<Method>, type_name: &'static str) -> Self {
        Self {
            before,
            method,
            type_name,
        }
    }

    /// Tells whether it runs before the responder; otherwise after it.
    pub fn is_before(&self) -> bool {
        self.before
    }

    /// Returns the method that it is for; `None` for all.
    pub fn method(&self) -> Option<&Method> {
        self.method.as_ref()
    }

    /// Returns the hook's type or the function's name, as the compiler names it; for people to
    /// read.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }
}

/// A field of a template.
#[derive(Clone, Debug)]
pub struct Field {
    name: String,
    converter: Option<Registered>,
}

impl Field {
    pub(crate) fn new(name: String, converter: Option<Registered>) -> Self {
        Self { name, converter }
    }

    /// Returns the field's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the converter as the template has it, with its arguments: `int(min=1)`.
    pub fn converter(&self) -> Option<&str> {
        self.converter.as_ref().map(Registered::call)
    }

    /// Returns what the converter says of the texts that it takes; see
    /// [`Converter::schema`](crate::routing::converter::Converter::schema).
    pub fn schema(&self) -> Option<Schema> {
        self.converter.as_ref()?.schema()
    }
}

/// Who answers a request for which a route was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Responder,
    /// 204 with `Allow`.
    Options,
    /// 405 with `Allow`.
    NotAllowed,
    /// 501: nobody in this app knows the method.
    NotImplemented,
}

impl Route {
    /// Returns the template, with the prefixes of its groups.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Returns the name that the route was given.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the template's fields in their order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Returns the methods that are answered by a responder, sorted: HEAD is among them where GET
    /// answers it, OPTIONS where there is an `on_options`.
    ///
    /// A mount, a sink and a resource with `on_request` answer others too; see
    /// [`answers_any_method`](Self::answers_any_method).
    pub fn methods(&self) -> &[Method] {
        &self.methods.list
    }

    /// Tells whether methods that are not in [`methods`](Self::methods) are answered too.
    pub fn answers_any_method(&self) -> bool {
        self.methods.others
    }

    /// Tells whether the method is answered by a responder of this route.
    pub fn answers(&self, method: &Method) -> bool {
        self.methods.list.contains(method)
            || (self.methods.others && (*method != Method::OPTIONS || self.methods.options_too))
    }

    /// Returns the value of `Allow`: the methods, sorted, with OPTIONS where it is answered
    /// automatically.
    pub fn allow(&self) -> &HeaderValue {
        &self.allow
    }

    /// Returns the type of the resource, as the compiler names it; for people to read.
    pub fn resource_type(&self) -> &'static str {
        self.type_name
    }

    /// Returns the hooks in the order in which they run.
    pub fn hooks(&self) -> &[HookInfo] {
        &self.hooks
    }

    /// Returns the types of the route's metadata, as the compiler names them, with the method that
    /// each is for; for people to read.
    pub fn metadata(&self) -> impl Iterator<Item = (Option<&Method>, &'static str)> {
        self.meta.types()
    }

    /// Returns the place in the source where the route was added.
    pub fn added_at(&self) -> &'static Location<'static> {
        self.added_at
    }

    /// Tells whether the route is a mount or a sink, which takes all that is below its template
    /// and matches no route.
    pub fn takes_rest(&self) -> bool {
        self.kind != super::Kind::Route
    }

    /// Returns the metadata of type `T` that applies to the route as a whole.
    pub fn meta<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.meta.get()
    }

    /// Returns the metadata of type `T` that applies to a method: the method's own, else the
    /// route's. HEAD reads GET's where it has none of its own, whoever answers it: what is said for
    /// GET must not be passed by with HEAD.
    pub fn meta_for<T: Send + Sync + 'static>(&self, method: &Method) -> Option<&T> {
        if *method == Method::HEAD {
            return self
                .meta
                .get_only_for(method)
                .or_else(|| self.meta.get_for(&Method::GET));
        }
        self.meta.get_for(method)
    }

    /// Returns what is said of a method: every [`Operation`] among its metadata, the fields of the
    /// template, and what extensions add to it.
    ///
    /// Of HEAD, everything is said that is said of GET, and what is said of itself: what is said for GET must
    /// not be passed by with HEAD.
    pub fn operation(&self, method: &Method) -> Operation {
        let is_head = *method == Method::HEAD;
        let said_of = if is_head { &Method::GET } else { method };
        let mut operation = Operation::new();
        for said in self.meta.all_for::<Operation>(said_of) {
            operation.extend(said);
        }
        if is_head {
            for said in self.meta.all_only_for::<Operation>(method) {
                operation.extend(said);
            }
        }
        operation.add_fields(&self.fields);
        for describer in self.meta.all_for::<Describer>(said_of) {
            describer.describe(self, said_of, &mut operation);
        }
        operation
    }

    /// Returns the number of the route in the order in which routes were added, from 0: a key for what
    /// an extension has worked out for it.
    pub fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    pub(crate) fn converter(&self, field: &str) -> Option<&Registered> {
        self.fields
            .iter()
            .find(|f| f.name == field)?
            .converter
            .as_ref()
    }
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Route")
            .field("template", &self.template)
            .field("methods", &self.methods())
            .field("resource_type", &self.type_name)
            .finish_non_exhaustive()
    }
}
