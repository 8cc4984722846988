//! An intake on the loopback interface: records what it gets, answers as it is told.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::PATIENCE;
use crate::answer::Answer;
use crate::message::{Head, read_body};

/// The intake. It serves until the test process ends.
#[derive(Debug)]
pub struct Intake {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Method.
    pub method: String,
    /// Target, byte for byte.
    pub target: String,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decoded from its chunks; as much of it as came.
    pub body: Vec<u8>,
    /// Whether it ended as its framing says.
    pub complete: bool,
    /// On which connection it came, counted from zero.
    pub connection: usize,
}

impl Recorded {
    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a header field, in order.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    requests: Vec<Recorded>,
    script: VecDeque<Answer>,
    connections: Vec<TcpStream>,
    /// Connections whose end has been seen.
    ended: usize,
}

impl Intake {
    /// Starts an intake that answers every request with 200 and `ok`, unless it is told otherwise.
    ///
    /// # Panics
    /// If the loopback interface has no port left.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared::default());
        let for_connections = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                accept(&for_connections, stream);
            }
        });
        Self { address, shared }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Queues an answer for the next request that has none yet.
    pub fn will(&self, answer: Answer) -> &Self {
        self.shared.lock().script.push_back(answer);
        self
    }

    /// The requests so far, the broken ones included.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.lock().requests.clone()
    }

    /// Waits for this many requests.
    ///
    /// # Panics
    /// If they do not come.
    pub fn wait_for(&self, count: usize) -> Vec<Recorded> {
        self.shared.wait(|state| state.requests.len() >= count).requests.clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.shared.lock().connections.len()
    }

    /// Closes every connection made so far, as a server does that found them idle for too long.
    pub fn close_connections(&self) {
        for stream in &self.shared.lock().connections {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Waits until this many connections have ended.
    ///
    /// # Panics
    /// If they do not.
    pub fn wait_for_ends(&self, count: usize) {
        drop(self.shared.wait(|state| state.ended >= count));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, until: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let (state, timeout) = self
            .changed
            .wait_timeout_while(self.lock(), PATIENCE, |state| !until(state))
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "the intake waited in vain; it has {:?}", state.requests);
        state
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

fn accept(shared: &Arc<Shared>, stream: TcpStream) {
    let Ok(handle) = stream.try_clone() else { return };
    let connection = {
        let mut state = shared.lock();
        state.connections.push(handle);
        state.connections.len() - 1
    };
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        serve(&shared, stream, connection);
        shared.change(|state| state.ended += 1);
    });
}

fn serve(shared: &Shared, stream: TcpStream, connection: usize) {
    let Ok(mut answers) = stream.try_clone() else { return };
    let mut stream = BufReader::new(stream);
    while let Ok(Some(head)) = Head::read(&mut stream) {
        let answer = shared.lock().script.pop_front().unwrap_or_else(Answer::ok);
        let head_only = head.start.starts_with("HEAD ");
        let early = answer.early.then(|| answer.write(&mut answers, head_only));
        let complete = record(shared, &mut Sips { stream: &mut stream, pause: answer.sip }, head, connection);
        let keep =
            complete && early.unwrap_or_else(|| answer.write(&mut answers, head_only)).unwrap_or(false);
        if !keep {
            let _ = answers.shutdown(Shutdown::Both);
            return;
        }
    }
}

/// A stream that is read with pauses.
struct Sips<'a> {
    stream: &'a mut BufReader<TcpStream>,
    pause: Duration,
}

impl Read for Sips<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.pause.is_zero() {
            return self.stream.read(into);
        }
        std::thread::sleep(self.pause);
        let most = into.len().min(64 << 10);
        self.stream.read(&mut into[..most])
    }
}

impl BufRead for Sips<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.stream.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.stream.consume(bytes);
    }
}

fn record(shared: &Shared, stream: &mut impl BufRead, head: Head, connection: usize) -> bool {
    let mut body = Vec::new();
    let complete = read_body(stream, &head, &mut body).is_ok();
    let mut start = head.start.split(' ').map(str::to_owned);
    let (method, target) = (start.next().unwrap_or_default(), start.next().unwrap_or_default());
    let recorded = Recorded { method, target, headers: head.headers, body, complete, connection };
    shared.change(|state| state.requests.push(recorded));
    complete
}
