use proptest::prelude::*;

use super::{Guard, HEAD_BYTES_MAX, HEADERS_MAX, Refusal, Violation};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Feeds `stream` whole, byte by byte and cut once at every byte; all must agree on the outcome.
fn run(stream: &[u8]) -> Result<bool, (Violation, bool)> {
    let whole = fed(&[stream]);
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(fed(&bytes), whole, "byte by byte");
    if stream.len() < 2000 {
        for cut in 0..stream.len() {
            let (left, right) = stream.split_at(cut);
            assert_eq!(fed(&[left, right]), whole, "cut at {cut}");
        }
    }
    whole
}

fn fed(pieces: &[&[u8]]) -> Result<bool, (Violation, bool)> {
    let mut guard = Guard::new();
    for piece in pieces {
        guard.feed(piece).map_err(|refusal| (refusal.violation, refusal.in_body))?;
    }
    Ok(guard.between_messages())
}

fn accepts(stream: &[u8]) {
    assert_eq!(run(stream), Ok(true), "{}", stream.escape_ascii());
}

fn refuses(stream: &[u8], violation: Violation) {
    assert_eq!(run(stream).map_err(|(violation, _)| violation), Err(violation), "{}", stream.escape_ascii());
}

fn post(headers: &str, body: &str) -> Vec<u8> {
    format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\n{headers}\r\n{body}").into_bytes()
}

#[test]
fn well_framed_messages_pass_one_behind_the_other() {
    let messages = [
        GET.to_vec(),
        b"\r\n\r\nGET /empty-lines-in-front HTTP/1.0\r\n\r\n".to_vec(),
        post("Content-Length: 5\r\n", "a\nb\r\n"),
        post("content-length:0\r\n", ""),
        post("Content-Length: 3\r\ncontent-length: 3\r\n", "abc"),
        post("Transfer-Encoding: chunked\r\n", "5\r\na\nb\r\n\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\n"),
        post("TRANSFER-ENCODING:\tChunked \r\n", "000001 \r\nx\r\n00\r\nTrailer: t\r\nOther: o\r\n\r\n"),
    ];
    for message in &messages {
        accepts(message);
        accepts(&[message, GET].concat());
    }
    accepts(&messages.concat());
}

#[test]
fn bare_line_feeds_are_refused() {
    for stream in [
        &b"\nGET / HTTP/1.1\r\n\r\n"[..],
        b"GET / HTTP/1.1\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\n",
        b"GET / HTTP/1.1\r\nX: a\nContent-Length: 5\r\n\r\n",
    ] {
        refuses(stream, Violation::BareLf);
    }
}

#[test]
fn fragments_are_refused() {
    for target in ["/path#fragment", "#", "/?query#", "http://a/#b"] {
        refuses(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes(), Violation::Fragment);
    }
    accepts(b"M#THOD /path HTTP/1.1\r\nHost: a\r\nX: #\r\n\r\n");
}

#[test]
fn lengths_that_are_no_lengths_are_refused() {
    for value in ["", "+1", "-1", "0x5", "5, 5", "5 5", "1.0", "9x"] {
        refuses(&post(&format!("Content-Length: {value}\r\n"), ""), Violation::ContentLength);
    }
    for value in ["18446744073709551614", "18446744073709551616", "99999999999999999999999"] {
        refuses(&post(&format!("Content-Length: {value}\r\n"), ""), Violation::ContentLengthSize);
    }
    refuses(&post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), Violation::ContentLengths);
}

#[test]
fn both_lengths_are_refused_in_either_order() {
    refuses(&post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", ""), Violation::BothLengths);
    refuses(&post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", ""), Violation::BothLengths);
}

#[test]
fn only_one_chunked_is_a_transfer_encoding() {
    for value in ["gzip", "identity", "chunked, gzip", "gzip, chunked", "xchunked", "\"chunked\"", ""] {
        refuses(&post(&format!("Transfer-Encoding: {value}\r\n"), ""), Violation::TransferEncoding);
    }
    let twice = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n";
    refuses(&post(twice, ""), Violation::TransferEncoding);
}

#[test]
fn folded_lines_are_refused() {
    refuses(&post("X: a\r\n b\r\n", ""), Violation::FoldedLine);
    refuses(&post("X: a\r\n\tb\r\n", ""), Violation::FoldedLine);
}

#[test]
fn heads_have_a_size_and_a_count() {
    let fields = |count: usize| "a: b\r\n".repeat(count);
    // `post` adds one field of its own.
    accepts(&post(&fields(HEADERS_MAX - 1), ""));
    refuses(&post(&fields(HEADERS_MAX), ""), Violation::Headers);
    let room = HEAD_BYTES_MAX - post("X: \r\n", "").len();
    accepts(&post(&format!("X: {}\r\n", "x".repeat(room)), ""));
    refuses(&post(&format!("X: {}\r\n", "x".repeat(room + 1)), ""), Violation::HeadBytes);
    refuses(&vec![b'x'; HEAD_BYTES_MAX + 1], Violation::HeadBytes);
}

#[test]
fn bad_chunks_are_refused_in_the_body() {
    for body in [
        "\r\n",
        "x\r\n",
        "-1\r\n",
        " 1\r\nx\r\n",
        "1\nx\r\n",
        "1 2\r\n",
        "1;ext\nx\r\n",
        "1\rx",
        "1\r\nxy\r\n",
        "1\r\nx\n",
        "10000000000000000\r\n",
        "fffffffffffffffff\r\n",
        "0\r\n\n",
        "0\r\nTrailer: t\n\r\n",
    ] {
        let stream = post("Transfer-Encoding: chunked\r\n", body);
        assert_eq!(run(&stream), Err((Violation::Chunk, true)), "{body:?}");
    }
    let endless = format!("1;{}", "e".repeat(5000));
    refuses(&post("Transfer-Encoding: chunked\r\n", &endless), Violation::Chunk);
}

#[test]
fn what_stands_in_front_of_a_violation_is_accepted() {
    let bad = post("Content-Length: x\r\n", "");
    let start = GET.len() + bad.iter().position(|&byte| byte == b'x').unwrap() - "Content-Length: ".len();
    let stream = [GET, &bad].concat();
    let refusal = Refusal { accepted: start, violation: Violation::ContentLength, in_body: false };
    let mut guard = Guard::new();
    assert_eq!(guard.feed(&stream), Err(refusal));
    assert_eq!(guard.feed(GET), Err(Refusal { accepted: 0, ..refusal }));
}

#[test]
fn a_request_has_begun_from_its_first_byte_to_the_end_of_its_head() {
    let mut guard = Guard::new();
    let check = |guard: &Guard, mid_head, between| {
        assert_eq!((guard.mid_head(), guard.between_messages()), (mid_head, between));
    };
    check(&guard, false, true);
    guard.feed(b"\r\n").unwrap();
    check(&guard, false, true);
    guard.feed(b"P").unwrap();
    check(&guard, true, false);
    guard.feed(b"OST / HTTP/1.1\r\nContent-Length: 2\r\n\r").unwrap();
    check(&guard, true, false);
    guard.feed(b"\na").unwrap();
    check(&guard, false, false);
    guard.feed(b"b").unwrap();
    check(&guard, false, true);
}

proptest! {
    #[test]
    fn noise_is_judged_alike_however_it_is_cut(
        stream in "(GET / HTTP/1.1\r\n|Content-Length: 3\r\n|Transfer-Encoding: chunked\r\n|\r\n|\n|1\r\nx|0|abc|[ -~]){0,40}",
    ) {
        let _ = run(stream.as_bytes());
    }
}
