//! A trial on recorded requests.

use std::borrow::Cow;
use std::path::Path;

use edge_policy::{Nanos, PolicySet};
use edge_stream::encoding::{Codec, Codings};
use serde_json::Value;

use crate::cli::request::Request;
use crate::cli::{Failure, read};
use crate::formats;
use crate::records::split;
use crate::simulation::{Judge, Simulation};

/// A moment for all: recordings do not say when they came.
const NOW: Nanos = Nanos(1);

pub(super) fn simulate(
    path: &Path,
    candidate: &PolicySet,
    current: Option<&PolicySet>,
) -> Result<Value, Failure> {
    let mut simulation = Simulation::new(candidate);
    let mut current = current.map(Judge::new);
    for (line, text) in requests(&decoded(path, &read(path)?)?) {
        let place = || format!("{}:{line}", path.display());
        let request = Request::read(&text).map_err(|error| format!("{}: {error}", place()))?;
        let records = split(request.signal, request.filter, &text)
            .ok_or_else(|| format!("{}: malformed OTLP request", place()))?;
        for record in records {
            let now_is = current.as_mut().map(|judge| judge.judge(request.filter, &record.request, NOW));
            let show = || formats::to_json(request.signal, &record.request);
            simulation.record(request.signal, &record.request, record.bytes, NOW, now_is.as_ref(), show);
        }
    }
    Ok(simulation.report())
}

/// How long a recording may be.
const DECODED_BYTES_MAX: usize = 1 << 30;

/// What the file holds, whether it is compressed or not; its name says nothing.
fn decoded<'a>(path: &Path, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, Failure> {
    let coding: &[u8] = match bytes {
        [0x1f, 0x8b, ..] => b"gzip",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => b"zstd",
        _ => return Ok(bytes.into()),
    };
    let codings = Codings::parse([coding]).expect("both are known");
    let decoded = Codec::new().decode(&codings, bytes, DECODED_BYTES_MAX);
    decoded.map_err(|error| format!("{}: cannot be decompressed: {error}", path.display()).into())
}

/// The requests of a file with the lines that they begin on: the whole, or one in each line. What a tail says beside the
/// records is passed over.
fn requests(text: &[u8]) -> Vec<(usize, Vec<u8>)> {
    if serde_json::from_slice::<Value>(text).is_ok_and(|value| value.get("record").is_none()) {
        return vec![(1, text.to_vec())];
    }
    let lines =
        (1..).zip(text.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.trim_ascii().is_empty());
    lines.filter_map(|(number, line)| Some((number, request(line)?))).collect()
}

/// A line of a recording, or of what `/_edge/tail` answers.
fn request(line: &[u8]) -> Option<Vec<u8>> {
    let Ok(value) = serde_json::from_slice::<Value>(line) else { return Some(line.to_vec()) };
    match (value.get("record"), value.get("skipped")) {
        (Some(record), _) => Some(record.to_string().into_bytes()),
        (None, Some(_)) => None,
        (None, None) => Some(line.to_vec()),
    }
}
