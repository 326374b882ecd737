//! A tower service below a prefix.

use std::future::poll_fn;

use http::Uri;
use tower_service::Service;

use crate::body::Body;
use crate::error::{BoxError, Error, Result};
use crate::header::merge;
use crate::resource::{Endpoint, Methods, Sealed};
use crate::{PeerAddr, Request, Response, RootPath};

/// A tower service below a prefix; see [`App::mount`](crate::App::mount).
#[derive(Debug)]
pub struct Mount<S>(pub(crate) S);

impl<S> Sealed for Mount<S> {}

impl<S, B> Endpoint for Mount<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    fn methods(&self) -> Methods {
        Methods::all()
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<S>()
    }

    async fn call(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut service = self.0.clone();
        poll_fn(|cx| service.poll_ready(cx))
            .await
            .map_err(Error::boxed)?;
        let inner = inner_request(req)?;
        let (parts, body) = service
            .call(inner)
            .await
            .map_err(Error::boxed)?
            .into_parts();
        resp.set_status(parts.status);
        merge(parts.headers, resp.headers_mut());
        resp.set_body(Body::new(body));
        Ok(())
    }
}

/// The request as the mounted service sees it: with the prefix cut off its path.
fn inner_request(req: &Request) -> Result<http::Request<Body>> {
    let parts = req.parts();
    let rest = req.rest().unwrap_or_default();
    let query = parts
        .uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let mut uri = parts.uri.clone().into_parts();
    uri.path_and_query = Some(format!("/{rest}{query}").parse().map_err(Error::boxed)?);
    let mut inner = http::Request::new(req.take_body()?);
    *inner.method_mut() = parts.method.clone();
    *inner.uri_mut() = Uri::from_parts(uri).map_err(Error::boxed)?;
    *inner.version_mut() = parts.version;
    *inner.headers_mut() = parts.headers.clone();
    *inner.extensions_mut() = parts.extensions.clone();
    let below = req.rest().map_or(0, |rest| rest.len() + 1);
    let prefix = req.path().len().saturating_sub(below);
    let prefix = req.path().get(..prefix).unwrap_or_default();
    let root = RootPath::new(format!("{}{prefix}", req.root_path()));
    inner.extensions_mut().insert(root);
    if let Some(peer) = req.peer_addr() {
        inner.extensions_mut().insert(PeerAddr::new(peer));
    }
    Ok(inner)
}
