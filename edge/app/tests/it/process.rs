//! Edge as a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than anything here takes, even on a machine that does a lot beside.
const PATIENCE: Duration = Duration::from_secs(30);

/// The command, with nothing of this process's environment that would configure it.
pub(crate) fn edge() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edge"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("TERO_") || name.starts_with("EDGE_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Runs it to its end: exit code, standard output, standard error.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A running edge on a port of its own; killed when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) port: u16,
    stderr: Option<BufReader<ChildStderr>>,
    _folder: TempDir,
}

impl Running {
    /// Starts edge with this configuration, which may use `FOLDER` for its own folder.
    pub(crate) fn start(config: &str, files: &[(&str, &str)]) -> Self {
        Self::start_with(&[], config, files)
    }

    /// The same, with these variables in its environment.
    pub(crate) fn start_with(variables: &[(&str, &str)], config: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let path = folder.path().join("config.yaml");
        let config = config.replace("FOLDER", folder.path().to_str().unwrap());
        std::fs::write(&path, format!("listen_port: 0\n{config}")).unwrap();
        let mut child = spawn(&path, variables);
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let port = ready_port(&mut stderr);
        Self { child, port, stderr: Some(stderr), _folder: folder }
    }

    /// Status and body of the answer to a request with this head's first line and body.
    pub(crate) fn request(&self, line: &str, headers: &str, body: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        write!(
            stream,
            "{line} HTTP/1.1\r\nhost: edge\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        )
        .unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// Status and body of a GET.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.request(&format!("GET {path}"), "", b"")
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends a signal by its name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// How it ended, once it has.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        wait("the process to end", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// What it said after it was ready, once it has ended.
    pub(crate) fn rest_of_stderr(&mut self) -> String {
        let mut text = String::new();
        self.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(config: &Path, variables: &[(&str, &str)]) -> Child {
    edge()
        .envs(variables.iter().copied())
        .arg(config)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ready_port(stderr: &mut impl BufRead) -> u16 {
    let mut said = String::new();
    loop {
        let start = said.len();
        assert!(stderr.read_line(&mut said).unwrap() > 0, "edge did not start: {said}");
        let line = &said[start..];
        if line.contains("edge.server.ready") {
            let port = line.split("server.port=").nth(1).unwrap();
            return port.split_whitespace().next().unwrap().parse().unwrap();
        }
    }
}

/// Sends a signal by its name, such as `TERM`.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(status.unwrap().success());
}

/// Waits until `done`.
pub(crate) fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
