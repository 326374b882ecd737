//! Sockets to listen on: one for each worker.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};

use crate::Error;

/// How many connections may wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 4096;

/// Listens on the first of the addresses that can be listened on.
pub(crate) fn bind(
    addr: impl ToSocketAddrs + fmt::Debug,
    workers: usize,
) -> Result<Vec<TcpListener>, Error> {
    let text = format!("{addr:?}").trim_matches('"').to_owned();
    let addrs = addr
        .to_socket_addrs()
        .map_err(|error| Error::address(text.clone(), error))?;
    let mut failed = None;
    for addr in addrs {
        match listen(addr, workers) {
            Ok(listeners) => return Ok(listeners),
            Err(error) => failed = Some(Error::bind(addr, error)),
        }
    }
    let none = io::Error::new(io::ErrorKind::NotFound, "no address");
    Err(failed.unwrap_or_else(|| Error::address(text, none)))
}

/// On Linux every worker has a socket of its own, among which the kernel deals out connections.
///
/// The first one is bound before it is marked as shared, so that a port that another program
/// listens on is refused, though that program be another copy of this one.
#[cfg(target_os = "linux")]
fn listen(addr: SocketAddr, workers: usize) -> io::Result<Vec<TcpListener>> {
    let first = socket(addr)?;
    first.bind(&addr.into())?;
    first.set_reuse_port(true)?;
    let bound = first.local_addr()?;
    let mut sockets = vec![first];
    for _ in 1..workers {
        let further = socket(addr)?;
        further.set_reuse_port(true)?;
        further.bind(&bound)?;
        sockets.push(further);
    }
    for socket in &sockets {
        socket.listen(BACKLOG)?;
    }
    Ok(sockets.into_iter().map(TcpListener::from).collect())
}

/// Elsewhere all workers accept from the same socket.
#[cfg(not(target_os = "linux"))]
fn listen(addr: SocketAddr, workers: usize) -> io::Result<Vec<TcpListener>> {
    let socket = socket(addr)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    let listener = TcpListener::from(socket);
    let further: io::Result<Vec<_>> = (1..workers).map(|_| listener.try_clone()).collect();
    let mut listeners = further?;
    listeners.push(listener);
    Ok(listeners)
}

fn socket(addr: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // A port whose last connections linger in TIME_WAIT can be listened on again.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
