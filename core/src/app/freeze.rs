//! From what was said to what answers: every check, and every complaint at once.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;

use http::{HeaderValue, Method};

use super::AppService;
use super::cycle::Cycle;
use super::group::Slot;
use super::registry::{Frozen, Options, Registry, is_standard};
use super::setup::{AppInfo, SetupError};
use crate::operation;
use crate::routing::converter::Converters;
use crate::routing::media_types;
use crate::routing::{
    Fault, Field, Inserted, Kind, PendingRoute, RouteError, Table, Template, converters_of,
};
use crate::{Deprecated, Route};

/// All that is wrong with an app: what [`App::freeze`](crate::App::freeze) found, at once.
///
/// ```text
/// the app has 1 problem
///
/// 1. no converter is called `itn`
///     /things/{id:itn}
///                 ^^^
///   help: did you mean `int`? known: datetime, float, int, path, uuid
///   added at src/main.rs:14:9
/// ```
#[derive(Clone, Debug)]
pub struct SetupErrors {
    routes: Vec<RouteError>,
    refused: Vec<SetupError>,
}

impl SetupErrors {
    /// Returns what is wrong with routes.
    pub fn routes(&self) -> &[RouteError] {
        &self.routes
    }
}

impl fmt::Display for SetupErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = self.routes.iter().map(ToString::to_string);
        let refused = self.refused.iter().flat_map(SetupError::sentences).cloned();
        let all: Vec<String> = routes.chain(refused).collect();
        write!(
            f,
            "the app has {} problem{}",
            all.len(),
            if all.len() == 1 { "" } else { "s" }
        )?;
        for (i, problem) in all.iter().enumerate() {
            write!(f, "\n\n{}. {problem}", i + 1)?;
        }
        Ok(())
    }
}

impl StdError for SetupErrors {}

pub(super) fn freeze(registry: Registry) -> Result<AppService, SetupErrors> {
    let Registry {
        pending,
        converters,
        errors,
        meta,
        options,
        table,
        default_media_type,
        proxies,
        allowed_hosts,
        mut refused,
        mut cycle,
        mut groups,
    } = registry;
    let methods = pending.iter().flat_map(|route| route.methods.list.clone());
    let own_methods: Vec<Method> = methods.filter(|method| !is_standard(method)).collect();
    let mut compiler = Compiler::new(&converters, options, table);
    for route in pending {
        compiler.add(route.inheriting(&meta));
    }
    let Compiler {
        routes,
        table,
        names,
        faults,
        ..
    } = compiler;
    refused.extend(check(&mut groups, &mut cycle, &routes));
    if !faults.is_empty() || !refused.is_empty() {
        return Err(SetupErrors {
            routes: faults,
            refused,
        });
    }
    let all_methods = routes
        .iter()
        .flat_map(|route| route.methods().iter().cloned())
        .collect();
    let phases = cycle
        .as_ref()
        .map(|cycle| cycle.phases())
        .unwrap_or_default();
    Ok(AppService::new(Frozen {
        routes,
        table,
        names,
        errors,
        meta,
        options,
        default_media_type,
        proxies,
        allowed_hosts,
        cycle,
        phases,
        has_own_converters: converters.has_own(),
        groups,
        own_methods,
        allow: allow_of(all_methods, options),
    }))
}

/// What middleware refuses, now that all routes are there.
fn check(
    groups: &mut [Box<dyn Slot>],
    cycle: &mut Option<Box<dyn Cycle>>,
    routes: &[Route],
) -> Vec<SetupError> {
    let mut refused = Vec::new();
    for (index, group) in groups.iter_mut().enumerate() {
        refused.extend(group.check(&AppInfo::new(routes, Some(index))).err());
    }
    if let Some(cycle) = cycle {
        refused.extend(cycle.check(&AppInfo::new(routes, None)).err());
    }
    refused
}

/// Puts routes into the trees, one after another.
struct Compiler<'a> {
    converters: &'a Converters,
    options: Options,
    routes: Vec<Route>,
    places: Vec<&'static std::panic::Location<'static>>,
    names: HashMap<String, usize>,
    table: Table,
    faults: Vec<RouteError>,
}

impl<'a> Compiler<'a> {
    fn new(converters: &'a Converters, options: Options, table: Table) -> Self {
        Self {
            converters,
            options,
            routes: Vec::new(),
            places: Vec::new(),
            names: HashMap::new(),
            table,
            faults: Vec::new(),
        }
    }

    fn add(&mut self, pending: PendingRoute) {
        match self.insert(&pending) {
            Ok((parsed, fields)) => {
                self.places.push(pending.added_at);
                self.routes.push(self.finish(pending, parsed, fields));
            }
            Err(fault) => {
                self.faults
                    .push(RouteError::new(&pending.template, fault, pending.added_at));
            }
        }
    }

    fn insert(&mut self, pending: &PendingRoute) -> Result<(Option<Template>, Vec<Field>), Fault> {
        let whole = 0..pending.template.len();
        let index = self.routes.len();
        fitness(pending, self.options)?;
        #[cfg(feature = "regex")]
        if pending.kind == Kind::Pattern {
            let fields = self.table.patterns.insert(&pending.template, index)?;
            self.take_name(pending, index)?;
            return Ok((None, fields));
        }
        let template = Template::parse(&pending.template)?;
        let made = converters_of(&template, self.converters)?;
        self.take_name(pending, index)?;
        let inserted = match pending.kind {
            Kind::Route => self.table.routes.insert(&template, made, index),
            _ => self.insert_prefix(&template, index)?,
        };
        let made = match inserted {
            Inserted::New(made) => made,
            Inserted::Taken(other) => return Err(self.conflict(whole, other)),
        };
        // A fallback has one more, for the rest, which is no field of the template.
        let fields = template.fields().zip(made);
        let fields: Vec<Field> = fields
            .map(|(field, converter)| Field::new(field.name.clone(), converter))
            .collect();
        operation::check(&pending.meta, &fields, &pending.template)?;
        Ok((Some(template), fields))
    }

    fn take_name(&mut self, pending: &PendingRoute, index: usize) -> Result<(), Fault> {
        let Some(name) = &pending.name else {
            return Ok(());
        };
        let Some(other) = self.names.insert(name.clone(), index) else {
            return Ok(());
        };
        let template = self.routes.get(other).map_or("", Route::template);
        let what = format!("the name `{name}` is taken by {template}");
        let fault = Fault::new(0..pending.template.len(), what);
        Err(fault.help("give each route a name of its own"))
    }

    /// A mount or a sink takes its prefix, and all below it.
    fn insert_prefix(&mut self, prefix: &Template, index: usize) -> Result<Inserted, Fault> {
        let below = prefix.clone().with_rest();
        below.check_fields()?;
        if below.segments.len() > prefix.segments.len() {
            let made = converters_of(prefix, self.converters)?;
            if let taken @ Inserted::Taken(_) = self.table.prefixes.insert(prefix, made, index) {
                return Ok(taken);
            }
        }
        let made = converters_of(&below, self.converters)?;
        Ok(self.table.prefixes.insert(&below, made, index))
    }

    fn conflict(&self, whole: std::ops::Range<usize>, other: usize) -> Fault {
        let template = self.routes.get(other).map_or("", Route::template);
        let place = self
            .places
            .get(other)
            .map(ToString::to_string)
            .unwrap_or_default();
        Fault::new(
            whole,
            format!("the route {template} matches the same paths"),
        )
        .help(format!(
            "it was added at {place}; put the responders of both into one resource"
        ))
    }

    fn finish(&self, pending: PendingRoute, parsed: Option<Template>, fields: Vec<Field>) -> Route {
        let mut methods = pending.methods;
        if self.options.head_by_get && methods.list.contains(&Method::GET) {
            methods.add(Method::HEAD);
        }
        methods.list.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        let mut allowed = methods.list.clone();
        if methods.others {
            allowed.extend([
                Method::DELETE,
                Method::GET,
                Method::HEAD,
                Method::PATCH,
                Method::POST,
                Method::PUT,
            ]);
        }
        let is_deprecated = pending.meta.holds::<Deprecated>();
        Route {
            template: pending.template,
            name: pending.name,
            fields,
            methods,
            allow: allow_of(allowed, self.options),
            meta: pending.meta,
            hooks: pending.hooks,
            parsed,
            is_deprecated,
            endpoint: pending.endpoint,
            type_name: pending.type_name,
            groups: pending.groups,
            is_wrapped: pending.is_wrapped,
            kind: pending.kind,
            index: self.routes.len(),
            added_at: pending.added_at,
        }
    }
}

/// What does not depend on the other routes, and not on the grammar.
fn fitness(pending: &PendingRoute, options: Options) -> Result<(), Fault> {
    let whole = 0..pending.template.len();
    if pending.methods.is_empty() {
        let fault = Fault::new(whole, format!("{} has no responder", pending.type_name));
        return Err(fault.help("implement at least one of `on_get`, `on_post`, … of `Resource`"));
    }
    if pending.demands_state && !pending.tells_state {
        let what = format!(
            "preconditions are required, and {} tells no state to decide them by",
            pending.type_name
        );
        return Err(Fault::new(whole, what).help(
            "implement `validators` of `Resource`, or give `Responders::validators`; a sink or a \
             mount cannot have it",
        ));
    }
    let mut deprecated = pending.meta.all::<Deprecated>();
    if deprecated.any(|told| !told.is_in_order()) {
        let what = "the sunset of this route lies before its deprecation";
        let fault = Fault::new(whole, what);
        return Err(fault.help("RFC 9745 section 4 wants it at the same time or later"));
    }
    media_types::check(&pending.meta, &pending.template)?;
    let is_stripped = options.strip_trailing_slash && pending.kind == Kind::Route;
    if is_stripped && pending.template.len() > 1 && pending.template.ends_with('/') {
        let what = "no path leads here: a slash at its end is taken off";
        let place = pending.template.len() - 1..pending.template.len();
        return Err(Fault::new(place, what)
            .help("leave the slash out, or do not call `set_strip_trailing_slash`"));
    }
    check_joint(pending)
}

/// Where the template of a route meets the prefix of its group.
fn check_joint(pending: &PendingRoute) -> Result<(), Fault> {
    let joint = pending.template.split_at_checked(pending.own_from);
    let (prefix, own) = joint.unwrap_or_default();
    let is_pattern = pending.kind == Kind::Pattern;
    if is_pattern && prefix.contains('{') {
        let what = "the prefix of a group cannot have fields before a regular expression";
        return Err(Fault::new(0..pending.own_from, what)
            .help("write the fields as named groups of the expression"));
    }
    // What stands in no group begins with a slash by the grammar; of expressions the group sees to
    // it.
    if is_pattern || pending.own_from == 0 || own.is_empty() || own.starts_with('/') {
        return Ok(());
    }
    let place = pending.own_from..pending.template.len();
    let fault = Fault::new(place, "a template inside a group begins with a slash");
    Err(fault.help(format!("write `/{own}`")))
}

/// The value of `Allow`: sorted, without repetition, with OPTIONS where it is answered.
fn allow_of(mut methods: Vec<Method>, options: Options) -> HeaderValue {
    if options.answers_allow {
        methods.push(Method::OPTIONS);
    }
    methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    methods.dedup();
    let list = methods
        .iter()
        .map(Method::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    // A method is a token, and so is the list of them a header value.
    HeaderValue::from_str(&list).unwrap_or_else(|_| HeaderValue::from_static(""))
}
