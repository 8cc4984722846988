//! Request bodies as different senders encode them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message;

/// How a sender writes its batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Protobuf,
    Json,
}

impl Format {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// A batch in its encoding.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) format: Format,
    pub(super) gzip: bool,
    pub(super) bytes: Vec<u8>,
}

/// The batches of a minute are not all alike: most are protobuf, some compressed, some JSON.
pub(super) fn encoded(request: &ExportLogsServiceRequest, number: u64) -> std::io::Result<Body> {
    let (format, gzip) = match number % 10 {
        0..5 => (Format::Protobuf, false),
        5..7 => (Format::Protobuf, true),
        7..9 => (Format::Json, false),
        _ => (Format::Json, true),
    };
    let plain = match format {
        Format::Protobuf => request.encode_to_vec(),
        Format::Json => serde_json::to_vec(request)?,
    };
    let bytes = if gzip { compressed(&plain)? } else { plain };
    Ok(Body { format, gzip, bytes })
}

fn compressed(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain)?;
    encoder.finish()
}
