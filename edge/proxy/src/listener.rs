//! Listener sockets: one per worker, all on one port, so that the kernel spreads the connections.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

/// Binds `count` sockets to `address`; port 0 is chosen once, by the first.
///
/// # Errors
/// If the port is taken, also by a process that would share it.
pub(crate) fn bind_all(mut address: SocketAddr, count: usize) -> io::Result<Vec<TcpListener>> {
    // Sockets that share a port would take half the connections of another edge without a word: one that does not
    // share asks first.
    drop(bind(address, false)?);
    let mut listeners = Vec::with_capacity(count);
    for _ in 0..count {
        let listener = bind(address, true)?;
        address = listener.local_addr()?;
        listeners.push(listener);
    }
    Ok(listeners)
}

fn bind(address: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_share_a_port_and_strangers_do_not() {
        let ours = bind_all(([127, 0, 0, 1], 0).into(), 3).expect("a free port");
        let address = ours[0].local_addr().expect("bound");
        assert!(ours.iter().all(|listener| listener.local_addr().expect("bound") == address));
        let stranger = bind_all(address, 1).expect_err("the port is taken");
        assert_eq!(stranger.kind(), io::ErrorKind::AddrInUse);
    }
}
