//! Typed values attached to routes.

use std::any::Any;
use std::sync::Arc;

use http::Method;

/// Typed values that say something about a route: the scopes it demands, its rate limit, what it
/// is called in the documentation.
///
/// Values are added by [`RouteBuilder::with`](crate::RouteBuilder::with), by a group's
/// [`with`](crate::Group::with), or by the resource itself in
/// [`Resource::describe`](crate::Resource::describe), and are read by
/// [`Request::meta`](crate::Request::meta) and [`Route::meta`](crate::Route::meta).
///
/// Of several values of one type the nearest counts: the one for the method, then the route's,
/// then the group's, then the app's; the route's own before the resource's, an inner group's before an outer's,
/// and of two at the same place the later one.
#[derive(Clone, Default)]
pub struct Metadata {
    // The farthest first.
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    method: Option<Method>,
    type_name: &'static str,
    value: Arc<dyn Any + Send + Sync>,
}

impl Metadata {
    /// Adds a value for every method.
    pub fn with<T: Send + Sync + 'static>(&mut self, value: T) -> &mut Self {
        self.push(None, value)
    }

    /// Adds a value for one method.
    pub fn with_for<T: Send + Sync + 'static>(&mut self, method: Method, value: T) -> &mut Self {
        self.push(Some(method), value)
    }

    fn push<T: Send + Sync + 'static>(&mut self, method: Option<Method>, value: T) -> &mut Self {
        self.entries.push(Entry {
            method,
            type_name: std::any::type_name::<T>(),
            value: Arc::new(value),
        });
        self
    }

    /// Puts the values of `nearer` before these.
    pub(crate) fn append(&mut self, nearer: &Self) {
        self.entries.extend(nearer.entries.iter().cloned());
    }

    /// The types of the values, with the method that each is for, the farthest first.
    pub(crate) fn types(&self) -> impl Iterator<Item = (Option<&Method>, &'static str)> {
        self.entries
            .iter()
            .map(|entry| (entry.method.as_ref(), entry.type_name))
    }

    pub(crate) fn holds<T: 'static>(&self) -> bool {
        self.all::<T>().next().is_some()
    }

    /// Returns all values of a type, whatever the method.
    pub(crate) fn all<T: 'static>(&self) -> impl Iterator<Item = &T> {
        self.entries
            .iter()
            .filter_map(|entry| entry.value.downcast_ref())
    }

    /// Returns all values of a type that apply to a method, the farthest first, those that are the
    /// method's own last.
    pub(crate) fn all_for<T: 'static>(&self, method: &Method) -> impl Iterator<Item = &T> {
        let of_all = self.entries.iter().filter(|entry| entry.method.is_none());
        let of_all = of_all.filter_map(|entry| entry.value.downcast_ref());
        of_all.chain(self.all_only_for(method))
    }

    /// Returns all values of a type that are a method's own.
    pub(crate) fn all_only_for<T: 'static>(&self, method: &Method) -> impl Iterator<Item = &T> {
        let is_own = move |entry: &&Entry| entry.method.as_ref() == Some(method);
        let own = self.entries.iter().filter(is_own);
        own.filter_map(|entry| entry.value.downcast_ref())
    }

    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.nearest(Option::is_none)
    }

    pub(crate) fn get_for<T: 'static>(&self, method: &Method) -> Option<&T> {
        self.get_only_for(method).or_else(|| self.get())
    }

    pub(crate) fn get_only_for<T: 'static>(&self, method: &Method) -> Option<&T> {
        self.nearest(|m| m.as_ref() == Some(method))
    }

    fn nearest<T: 'static>(&self, applies: impl Fn(&Option<Method>) -> bool) -> Option<&T> {
        self.entries
            .iter()
            .rev()
            .filter(|entry| applies(&entry.method))
            .find_map(|entry| entry.value.downcast_ref())
    }
}

impl std::fmt::Debug for Metadata {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Metadata({} values)", self.entries.len())
    }
}
