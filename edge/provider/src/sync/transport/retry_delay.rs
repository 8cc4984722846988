//! How long a gRPC server wants to be left alone: a `google.rpc.RetryInfo` among the details of its status.

use std::time::Duration;

use edge_stream::protobuf::{Fields, Wire};

/// `google.rpc.Status.details`, each an `Any`.
const DETAILS: u32 = 3;

/// The delay in a `google.rpc.Status`, if there is one.
pub(super) fn retry_delay(status: &[u8]) -> Option<Duration> {
    messages(status, DETAILS).find_map(|any| {
        let kind = messages(any, 1).last()?;
        let info = messages(any, 2).last()?;
        let is_retry_info = kind.ends_with(b"/google.rpc.RetryInfo");
        messages(info, 1).last().filter(|_| is_retry_info).and_then(duration)
    })
}

/// The contents of a field with a length, up to where bytes are no message any more.
fn messages(bytes: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    let fields = Fields::new(bytes).map_while(Result::ok);
    fields.filter(move |field| field.number == number).filter_map(|field| field.value.bytes().ok())
}

/// A `google.protobuf.Duration`; a negative one is none.
fn duration(bytes: &[u8]) -> Option<Duration> {
    let number = |wanted| {
        let fields = Fields::new(bytes).map_while(Result::ok);
        let values = fields.filter(|field| field.number == wanted).map(|field| field.value);
        values.last().map_or(Some(0), |value| match value {
            Wire::Varint(number) => i64::try_from(number).ok(),
            _ => None,
        })
    };
    let (seconds, nanos) = (number(1)?, number(2)?);
    Some(Duration::from_secs(seconds as u64).saturating_add(Duration::from_nanos(nanos as u64)))
}

#[cfg(test)]
mod tests {
    use edge_stream::protobuf::write_bytes;

    use super::*;

    fn message(fields: &[(u32, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, content) in fields {
            write_bytes(&mut out, *number, content);
        }
        out
    }

    fn status(kind: &str, delay: &[u8]) -> Vec<u8> {
        let any = message(&[(1, kind.as_bytes()), (2, &message(&[(1, delay)]))]);
        message(&[(2, b"busy"), (DETAILS, b""), (DETAILS, &any)])
    }

    #[test]
    fn the_delay_is_read_where_there_is_one() {
        let kind = "type.googleapis.com/google.rpc.RetryInfo";
        assert_eq!(retry_delay(&status(kind, b"\x08\x07")), Some(Duration::from_secs(7)));
        assert_eq!(retry_delay(&status(kind, b"\x08\x01\x10\x05")), Some(Duration::new(1, 5)));
        assert_eq!(retry_delay(&status(kind, b"")), Some(Duration::ZERO));
        assert_eq!(
            retry_delay(&status(kind, b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")),
            None,
            "negative"
        );
        assert_eq!(retry_delay(&status("type.googleapis.com/google.rpc.Help", b"\x08\x07")), None);
        assert_eq!(retry_delay(b"\xff"), None);
        assert_eq!(retry_delay(b""), None);
    }
}
