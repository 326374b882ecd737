//! Why a server cannot start, or did not stop well.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::net::SocketAddr;

use falcon_core::{BoxError, SetupErrors};

/// Why a server cannot start, or did not stop well.
pub struct Error(Box<Kind>);

enum Kind {
    Setup(SetupErrors),
    Address(String, std::io::Error),
    Bind(SocketAddr, std::io::Error),
    Io(std::io::Error),
    Startup(BoxError),
    Shutdown(BoxError),
    CutOff(usize),
    Worker,
}

impl Error {
    pub(crate) fn address(text: String, error: std::io::Error) -> Self {
        Self(Box::new(Kind::Address(text, error)))
    }

    pub(crate) fn bind(addr: SocketAddr, error: std::io::Error) -> Self {
        Self(Box::new(Kind::Bind(addr, error)))
    }

    pub(crate) fn io(error: std::io::Error) -> Self {
        Self(Box::new(Kind::Io(error)))
    }

    pub(crate) fn startup(error: falcon_core::Error) -> Self {
        Self(Box::new(Kind::Startup(error.into())))
    }

    pub(crate) fn shutdown(error: falcon_core::Error) -> Self {
        Self(Box::new(Kind::Shutdown(error.into())))
    }

    pub(crate) fn cut_off(connections: usize) -> Self {
        Self(Box::new(Kind::CutOff(connections)))
    }

    pub(crate) fn worker() -> Self {
        Self(Box::new(Kind::Worker))
    }

    /// Tells whether the app could not be frozen.
    pub fn is_setup(&self) -> bool {
        matches!(*self.0, Kind::Setup(_))
    }

    /// Tells whether the address could not be understood, or not be listened on.
    pub fn is_bind(&self) -> bool {
        matches!(*self.0, Kind::Address(..) | Kind::Bind(..))
    }

    /// Tells whether connections had to be cut off when the time to drain was over, or at a second
    /// signal.
    pub fn is_cut_off(&self) -> bool {
        matches!(*self.0, Kind::CutOff(_))
    }
}

impl From<SetupErrors> for Error {
    fn from(errors: SetupErrors) -> Self {
        Self(Box::new(Kind::Setup(errors)))
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Setup(errors) => write!(f, "{errors}"),
            Kind::Address(text, _) => write!(
                f,
                "{text:?} is no address to listen on; write, say, 127.0.0.1:8000"
            ),
            Kind::Bind(addr, error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                write!(
                    f,
                    "cannot listen on {addr}: another program does; stop it, or choose another port"
                )
            }
            Kind::Bind(addr, _) => write!(f, "cannot listen on {addr}"),
            Kind::Io(_) => f.write_str("the server failed"),
            Kind::Startup(_) => f.write_str("start-up failed"),
            Kind::Shutdown(_) => f.write_str("shut-down failed"),
            Kind::CutOff(1) => f.write_str("1 connection was cut off at the stop"),
            Kind::CutOff(n) => write!(f, "{n} connections were cut off at the stop"),
            Kind::Worker => f.write_str("a worker thread panicked"),
        }
    }
}

/// As `main` prints it: the whole chain, for a person to read.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut source = self.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &*self.0 {
            Kind::Address(_, error) | Kind::Bind(_, error) | Kind::Io(error) => Some(error),
            Kind::Startup(error) | Kind::Shutdown(error) => Some(&**error),
            Kind::Setup(_) | Kind::CutOff(_) | Kind::Worker => None,
        }
    }
}
