//! `edge demo`, as a newcomer runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use crate::process::{edge, run, signal};

#[test]
fn the_demo_ends_by_itself_and_its_figures_add_up() {
    let (code, stdout, stderr) = run(edge().args(["demo", "--for", "2s", "--port", "0"]));
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.contains("records in") && !stdout.contains('\x1b'), "{stdout}");
    assert!(stdout.trim_end().ends_with("dropped: ok"), "{stdout}");
    // Every policy of the demo has something to do.
    for line in stdout.lines().skip_while(|line| !line.starts_with("policy ")).skip(1).take(8) {
        let hits = line.split_whitespace().nth(1).unwrap();
        assert_ne!(hits, "0", "{line}");
    }
}

#[test]
fn the_demo_goes_on_until_it_is_stopped_and_takes_what_others_send() {
    let mut child = edge().args(["demo", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let address = address(&mut stdout);
    let mut stream = TcpStream::connect(address).unwrap();
    let body = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"}}]}]}]}"#;
    let head = "POST /v1/logs HTTP/1.1\r\nhost: edge\r\nconnection: close\r\ncontent-type: application/json";
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mut line = String::new();
    while !line.contains("records in") {
        assert!(stdout.read_line(&mut line).unwrap() > 0, "{line}");
    }
    signal(&child, "INT");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success(), "{rest}");
    assert!(rest.contains("sent by others                       1\n"), "{rest}");
}

/// The address that the demo prints first.
fn address(stdout: &mut impl BufRead) -> String {
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap();
    address.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_wrong_duration_is_named() {
    let (code, _, stderr) = run(edge().args(["demo", "--for", "soon"]));
    assert_eq!(code, 2);
    assert!(stderr.contains("`soon` is not a duration such as 10s"), "{stderr}");
}
