//! Several middleware as one: tuples, `Option`, `Vec`, `Arc`.

use std::pin::pin;
use std::sync::Arc;

use super::{BoxMiddleware, Middleware, Phases};
use crate::app::{AppInfo, Setup, SetupError, caught};
use crate::error::{Result, settle};
use crate::{Request, Response};

/// Runs one `process_response`, whatever comes of it: the next one must run too.
async fn respond<M: Middleware>(middleware: &M, req: &mut Request, resp: &mut Response) {
    let result = caught(pin!(async { middleware.process_response(req, resp).await })).await;
    if let Err(error) = result {
        settle(error, req, resp).await;
    }
}

macro_rules! tuple {
    ($($T:ident)*) => {
        #[expect(non_snake_case, reason = "a type parameter's name serves as its value's name too")]
        impl<$($T: Middleware),*> Middleware for ($($T,)*) {
            fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
                let ($($T,)*) = self;
                SetupError::all([$($T.setup(app)),*])
            }

            fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
                let ($($T,)*) = self;
                SetupError::all([$($T.check(app)),*])
            }

            async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
                let ($($T,)*) = self;
                $(
                    $T.process_request(req, resp).await?;
                    if resp.is_complete() {
                        return Ok(());
                    }
                )*
                Ok(())
            }

            async fn process_resource(&self, req: &mut Request, resp: &mut Response) -> Result {
                let ($($T,)*) = self;
                $(
                    $T.process_resource(req, resp).await?;
                    if resp.is_complete() {
                        return Ok(());
                    }
                )*
                Ok(())
            }

            async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
                let ($($T,)*) = self;
                tuple!(@reversed req resp [] $($T)*);
                Ok(())
            }

            async fn startup(&self, app: &AppInfo<'_>) -> Result {
                let ($($T,)*) = self;
                $($T.startup(app).await?;)*
                Ok(())
            }

            async fn shutdown(&self, app: &AppInfo<'_>) -> Result {
                let ($($T,)*) = self;
                let mut result = Ok(());
                tuple!(@shutdown app result [] $($T)*);
                result
            }

            fn phases(&self) -> Phases {
                let ($($T,)*) = self;
                Phases::default()$(.or($T.phases()))*
            }
        }
    };
    (@reversed $req:ident $resp:ident [$($done:ident)*] $first:ident $($rest:ident)*) => {
        tuple!(@reversed $req $resp [$first $($done)*] $($rest)*)
    };
    (@reversed $req:ident $resp:ident [$($done:ident)*]) => {
        $(respond($done, $req, $resp).await;)*
    };
    (@shutdown $app:ident $result:ident [$($done:ident)*] $first:ident $($rest:ident)*) => {
        tuple!(@shutdown $app $result [$first $($done)*] $($rest)*)
    };
    (@shutdown $app:ident $result:ident [$($done:ident)*]) => {
        $($result = $result.and($done.shutdown($app).await);)*
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);
tuple!(A B C D E F G H I J K);
tuple!(A B C D E F G H I J K L);

/// No middleware.
impl Middleware for () {}

impl<M: Middleware> Middleware for Option<M> {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        self.as_mut().map_or(Ok(()), |m| m.setup(app))
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        self.as_mut().map_or(Ok(()), |m| m.check(app))
    }

    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        if let Some(m) = self {
            m.process_request(req, resp).await
        } else {
            Ok(())
        }
    }

    async fn process_resource(&self, req: &mut Request, resp: &mut Response) -> Result {
        if let Some(m) = self {
            m.process_resource(req, resp).await
        } else {
            Ok(())
        }
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        if let Some(m) = self {
            m.process_response(req, resp).await
        } else {
            Ok(())
        }
    }

    async fn startup(&self, app: &AppInfo<'_>) -> Result {
        if let Some(m) = self {
            m.startup(app).await
        } else {
            Ok(())
        }
    }

    async fn shutdown(&self, app: &AppInfo<'_>) -> Result {
        if let Some(m) = self {
            m.shutdown(app).await
        } else {
            Ok(())
        }
    }

    fn phases(&self) -> Phases {
        self.as_ref().map(Middleware::phases).unwrap_or_default()
    }
}

/// Middleware that is only known at run time, in order.
impl Middleware for Vec<BoxMiddleware> {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        SetupError::all(self.iter_mut().map(|m| m.setup(app)))
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        SetupError::all(self.iter_mut().map(|m| m.check(app)))
    }

    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        for m in self {
            m.process_request(req, resp).await?;
            if resp.is_complete() {
                break;
            }
        }
        Ok(())
    }

    async fn process_resource(&self, req: &mut Request, resp: &mut Response) -> Result {
        for m in self {
            m.process_resource(req, resp).await?;
            if resp.is_complete() {
                break;
            }
        }
        Ok(())
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        for m in self.iter().rev() {
            respond(m, req, resp).await;
        }
        Ok(())
    }

    async fn startup(&self, app: &AppInfo<'_>) -> Result {
        for m in self {
            m.startup(app).await?;
        }
        Ok(())
    }

    async fn shutdown(&self, app: &AppInfo<'_>) -> Result {
        let mut result = Ok(());
        for m in self.iter().rev() {
            result = result.and(m.shutdown(app).await);
        }
        result
    }

    fn phases(&self) -> Phases {
        self.iter()
            .fold(Phases::default(), |all, m| all.or(m.phases()))
    }
}

/// Middleware of which the owner keeps a handle, to read a counter in a test, say.
///
/// `setup` and `check` run when the app is made and frozen, and need the only handle at those two
/// moments: an `Arc` that is shared by then is refused by
/// [`App::freeze`](crate::App::freeze) rather than left unchecked. Where two groups are to share
/// a state, put the `Arc` inside the middleware.
impl<M: Middleware> Middleware for Arc<M> {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        only_handle(self)?.setup(app)
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        only_handle(self)?.check(app)
    }

    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        (**self).process_request(req, resp).await
    }

    async fn process_resource(&self, req: &mut Request, resp: &mut Response) -> Result {
        (**self).process_resource(req, resp).await
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        (**self).process_response(req, resp).await
    }

    async fn startup(&self, app: &AppInfo<'_>) -> Result {
        (**self).startup(app).await
    }

    async fn shutdown(&self, app: &AppInfo<'_>) -> Result {
        (**self).shutdown(app).await
    }

    fn phases(&self) -> Phases {
        (**self).phases()
    }
}

fn only_handle<M>(shared: &mut Arc<M>) -> Result<&mut M, SetupError> {
    Arc::get_mut(shared).ok_or_else(|| {
        let name = std::any::type_name::<M>();
        SetupError::new(format!(
            "the middleware Arc<{name}> is shared, and could be neither set up nor checked; \
             put the Arc inside {name} instead, around what is to be shared"
        ))
    })
}
