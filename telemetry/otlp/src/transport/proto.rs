//! The few messages that come back: partial success, and how long to wait (`google.rpc.Status` with `RetryInfo`).

use std::time::Duration;

use super::verdict::Partial;

/// One field of a message.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of a fixed width.
    Other,
}

/// The fields of a message up to its end, or up to what is no field.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = varint(&mut self.0)?;
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut self.0)?),
            1 => split(&mut self.0, 8).map(|_| Field::Other)?,
            2 => {
                let length = varint(&mut self.0)?;
                Field::Bytes(split(&mut self.0, length)?)
            }
            5 => split(&mut self.0, 4).map(|_| Field::Other)?,
            _ => return None,
        };
        Some((tag >> 3, field))
    }
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn split<'a>(rest: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(taken)
}

fn message(bytes: &[u8], number: u64) -> Option<&[u8]> {
    Fields(bytes).find_map(|(found, field)| match field {
        Field::Bytes(bytes) if found == number => Some(bytes),
        _ => None,
    })
}

fn number(bytes: &[u8], number: u64) -> u64 {
    let found = Fields(bytes).find_map(|(found, field)| match field {
        Field::Number(value) if found == number => Some(value),
        _ => None,
    });
    found.unwrap_or(0)
}

/// The partial success of an `Export…ServiceResponse`; all three are alike.
pub(super) fn partial_success(response: &[u8]) -> Partial {
    let partial = message(response, 1).unwrap_or_default();
    let text = message(partial, 2).unwrap_or_default();
    let rejected = number(partial, 1).cast_signed().max(0).cast_unsigned();
    Partial { rejected, message: String::from_utf8_lossy(text).into_owned() }
}

/// The message of a `google.rpc.Status`.
pub(super) fn status_message(status: &[u8]) -> String {
    String::from_utf8_lossy(message(status, 2).unwrap_or_default()).into_owned()
}

/// How long the `RetryInfo` among the details of a `google.rpc.Status` says to wait.
pub(super) fn retry_delay(status: &[u8]) -> Option<Duration> {
    let details = Fields(status).filter_map(|(found, field)| match field {
        Field::Bytes(bytes) if found == 3 => Some(bytes),
        _ => None,
    });
    let mut infos =
        details.filter(|any| message(any, 1).is_some_and(|url| url.ends_with(b"google.rpc.RetryInfo")));
    let info = message(infos.next()?, 2).unwrap_or_default();
    let delay = message(info, 1).unwrap_or_default();
    let seconds = u64::try_from(number(delay, 1).cast_signed()).ok()?;
    let nanos = number(delay, 2).min(999_999_999) as u32;
    Some(Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `google.rpc.Status { code: 14, message: "busy", details: [RetryInfo { retry_delay: 2.5 s }] }`.
    fn status() -> Vec<u8> {
        let delay = [8, 2, 16, 0x80, 0xca, 0xb5, 0xee, 0x01];
        let info = [&[0x0a, delay.len() as u8], &delay[..]].concat();
        let url = b"type.googleapis.com/google.rpc.RetryInfo";
        let any = [&[0x0a, url.len() as u8], &url[..], &[0x12, info.len() as u8], &info].concat();
        [&[8, 14, 0x12, 4], &b"busy"[..], &[0x1a, any.len() as u8], &any].concat()
    }

    #[test]
    fn the_delay_is_found_among_the_details() {
        assert_eq!(retry_delay(&status()), Some(Duration::from_millis(2500)));
        assert_eq!(status_message(&status()), "busy");
        assert_eq!(retry_delay(&[8, 14]), None);
    }

    #[test]
    fn nothing_that_comes_back_can_do_harm() {
        let status = status();
        for end in 0..status.len() {
            retry_delay(&status[..end]);
            partial_success(&status[..end]);
        }
        assert_eq!(partial_success(&[0xff; 30]), Partial::default());
        assert_eq!(partial_success(&[0x0a, 0x7f, 8, 1]), Partial::default());
    }

    #[test]
    fn a_partial_success_says_how_many_and_why() {
        let response = [0x0a, 7, 8, 3, 0x12, 3, b'o', b'l', b'd'];
        assert_eq!(partial_success(&response), Partial { rejected: 3, message: "old".to_owned() });
        assert!(partial_success(&[]).is_none());
    }
}
