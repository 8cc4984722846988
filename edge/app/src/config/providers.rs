//! Where policies come from: files and servers.

use std::path::PathBuf;
use std::time::Duration;

use edge_provider::{Encoding, FileSource, Source, SyncProtocol, SyncSource, SyncUrl};
use http::{HeaderName, HeaderValue};

use super::mask::masked_input;
use super::reader::Reader;
use super::valid::header_fields;

/// Time between two requests to a server that recommends none.
const POLL_INTERVAL: Duration = Duration::from_secs(60);

/// Most time that one exchange with a server may take.
const TIMEOUT: Duration = Duration::from_secs(10);

const ENCODINGS: [(&str, Encoding); 2] = [("protobuf", Encoding::Protobuf), ("json", Encoding::Json)];

/// Reads every provider.
pub(super) fn providers(reader: &mut Reader<'_>) -> Vec<Source> {
    let read = reader.each("policy_providers", provider);
    for (index, (id, _)) in read.iter().enumerate() {
        if read[..index].iter().any(|(other, _)| other == id) && !id.is_empty() {
            let message = format!("`{id}` is used by an earlier provider too; ids are unique");
            reader.problem(&format!("policy_providers[{index}].id"), message);
        }
    }
    read.into_iter().filter_map(|(_, source)| source).collect()
}

/// The id, and what it stands for if that can be told.
fn provider(reader: &mut Reader<'_>) -> (String, Option<Source>) {
    let id = reader.required("id");
    let kind = reader.required("type");
    let source = match kind.as_str() {
        "file" => Some(Source::File(FileSource { id: id.clone(), path: reader.required("path").into() })),
        "http" => {
            let encoding = encoding(reader);
            server(reader, &id, SyncProtocol::Http(encoding))
        }
        "grpc" => server(reader, &id, SyncProtocol::Grpc),
        _ => {
            if !kind.is_empty() {
                reader.problem("type", format!("`{kind}` is not one of file, http, grpc"));
            }
            None
        }
    };
    (id, source)
}

fn encoding(reader: &mut Reader<'_>) -> Encoding {
    reader.choice("encoding", &ENCODINGS)
}

fn server(reader: &mut Reader<'_>, id: &str, protocol: SyncProtocol) -> Option<Source> {
    let url = url(reader, protocol);
    let headers = header_fields(reader, "headers").into_iter().filter_map(|pair| {
        let name = HeaderName::try_from(pair.name).ok()?;
        // A name or value that is none has been reported.
        Some((name, HeaderValue::try_from(pair.value).ok()?))
    });
    let headers = headers.collect();
    let poll_interval = poll_interval(reader);
    let timeout = given_span(reader, "timeout").unwrap_or(TIMEOUT);
    let cache_path = reader.text("cache_path").map(PathBuf::from);
    Some(Source::Sync(Box::new(SyncSource {
        id: id.to_owned(),
        url: url?,
        protocol,
        headers,
        poll_interval,
        timeout,
        cache_path,
        extra_roots: Vec::new(),
    })))
}

fn url(reader: &mut Reader<'_>, protocol: SyncProtocol) -> Option<SyncUrl> {
    let text = reader.required("url");
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    match text.parse::<SyncUrl>() {
        Ok(url) if protocol == SyncProtocol::Grpc && url.has_path() => {
            reader.problem("url", format!("`{}` has a path, which gRPC has no use for", masked_input(text)));
            None
        }
        Ok(url) => Some(url),
        Err(error) => {
            reader.problem("url", format!("`{}` {error}", masked_input(text)));
            None
        }
    }
}

fn poll_interval(reader: &mut Reader<'_>) -> Duration {
    let (long, short) = (given_span(reader, "poll_interval_secs"), given_span(reader, "poll_interval"));
    if long.is_some() && short.is_some() {
        reader.problem("poll_interval", "is another name of `poll_interval_secs`; give one of them");
    }
    long.or(short).unwrap_or(POLL_INTERVAL)
}

/// The duration, if one is given.
pub(super) fn given_span(reader: &mut Reader<'_>, key: &str) -> Option<Duration> {
    Some(reader.span(key)).filter(|span| !span.is_zero())
}
