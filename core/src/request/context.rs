//! Typed values that live as long as the request.

use std::any::{Any, TypeId};

/// Values by their type, one of each: what middleware finds out and responders read.
///
/// An extension keeps its own type here, so that no two can collide. Nothing is allocated before
/// the first value.
///
/// # Examples
///
/// ```
/// use falcon_core::{Middleware, Request, Response, Result};
///
/// #[derive(Debug)]
/// struct RequestId(String);
///
/// struct RequestIds;
///
/// impl Middleware for RequestIds {
///     async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
///         let id = req.header("x-request-id").unwrap_or("none").to_owned();
///         req.context_mut().insert(RequestId(id));
///         Ok(())
///     }
///
///     async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
///         if let Some(id) = req.context().get::<RequestId>() {
///             resp.set_header("x-request-id", id.0.as_str())?;
///         }
///         Ok(())
///     }
/// }
/// ```
#[derive(Default)]
pub struct Context(Vec<(TypeId, Box<dyn Any + Send + Sync>)>);

impl Context {
    /// Puts a value in and returns the one of the same type that was there.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> Option<T> {
        let before = self.remove::<T>();
        self.0.push((TypeId::of::<T>(), Box::new(value)));
        before
    }

    /// Returns the value of type `T`.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        let (_, value) = self.0.iter().find(|(id, _)| *id == TypeId::of::<T>())?;
        value.downcast_ref()
    }

    /// Returns the value of type `T`, to be changed.
    pub fn get_mut<T: Send + Sync + 'static>(&mut self) -> Option<&mut T> {
        let (_, value) = self.0.iter_mut().find(|(id, _)| *id == TypeId::of::<T>())?;
        value.downcast_mut()
    }

    /// Takes the value of type `T` out.
    pub fn remove<T: Send + Sync + 'static>(&mut self) -> Option<T> {
        let at = self.0.iter().position(|(id, _)| *id == TypeId::of::<T>())?;
        self.0.swap_remove(at).1.downcast().ok().map(|value| *value)
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Context({} values)", self.0.len())
    }
}
