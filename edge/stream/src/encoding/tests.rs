use std::io::Write;

use proptest::prelude::*;

use super::{Codec, Codings, DecodeError};

const LIMIT: usize = 1 << 20;

fn codings(list: &str) -> Codings {
    Codings::parse([list.as_bytes()]).expect("a supported list")
}

fn encoded(list: &str, body: &[u8]) -> Vec<u8> {
    Codec::new().encode(&codings(list), body.to_vec()).unwrap()
}

fn decoded(list: &str, body: &[u8]) -> Result<Vec<u8>, DecodeError> {
    Codec::new().decode(&codings(list), body, LIMIT).map(std::borrow::Cow::into_owned)
}

const LISTS: [&str; 5] = ["identity", "gzip", "deflate", "zstd", "gzip, zstd"];
const CODED: [&str; 4] = ["gzip", "deflate", "zstd", "zstd, gzip"];

#[test]
fn names_are_case_insensitive_trimmed_and_listed() {
    let check = |list: &str, same: &str| assert_eq!(Codings::parse([list.as_bytes()]), Some(codings(same)));
    check(" GZip ", "gzip");
    check("x-gzip", "gzip");
    check("identity", "");
    check("gzip,\tZSTD , ,", "gzip,zstd");
    assert_eq!(Codings::parse([&b"gzip"[..], b"zstd"]), Some(codings("gzip, zstd")));
    assert!(codings("").is_identity() && !codings("gzip").is_identity());
}

#[test]
fn what_is_not_known_is_unsupported() {
    for list in ["br", "gzip, br", "gzip;q=1", "compress", "gzip gzip", "gzip,gzip,gzip,gzip,gzip"] {
        assert_eq!(Codings::parse([list.as_bytes()]), None, "{list}");
    }
}

#[test]
fn the_last_coding_listed_is_the_outermost() {
    let twice = encoded("zstd", &encoded("gzip", b"body"));
    assert_eq!(decoded("gzip, zstd", &twice).unwrap(), b"body");
    assert_eq!(decoded("zstd, gzip", &twice), Err(DecodeError::Corrupt));
}

#[test]
fn members_and_frames_are_concatenated() {
    for list in ["gzip", "zstd"] {
        let body = [encoded(list, b"one "), encoded(list, b""), encoded(list, b"two")].concat();
        assert_eq!(decoded(list, &body).unwrap(), b"one two", "{list}");
    }
}

#[test]
fn trailing_garbage_is_corrupt() {
    for list in CODED {
        for garbage in [&b"x"[..], b"\0\0\0\0", b"garbage that is longer than a header"] {
            let body = [&encoded(list, b"body")[..], garbage].concat();
            assert_eq!(decoded(list, &body), Err(DecodeError::Corrupt), "{list}");
        }
    }
}

#[test]
fn a_body_cut_at_any_byte_is_corrupt() {
    let body: Vec<u8> = (0..2000u32).flat_map(|i| (i * i % 251).to_le_bytes()).collect();
    for list in CODED {
        let whole = encoded(list, &body);
        for cut in 0..whole.len() {
            assert_eq!(decoded(list, &whole[..cut]), Err(DecodeError::Corrupt), "{list} at {cut}");
        }
    }
}

#[test]
fn bombs_stop_at_the_limit_and_the_limit_itself_passes() {
    for list in CODED {
        assert_eq!(
            decoded(list, &encoded(list, &vec![0; LIMIT])).map(|body| body.len()),
            Ok(LIMIT),
            "{list}"
        );
        assert_eq!(decoded(list, &encoded(list, &vec![0; LIMIT + 1])), Err(DecodeError::TooLarge), "{list}");
        assert_eq!(decoded(list, &encoded(list, &vec![0; 64 * LIMIT])), Err(DecodeError::TooLarge), "{list}");
    }
    assert_eq!(decoded("identity", &vec![0; LIMIT + 1]), Err(DecodeError::TooLarge));
}

#[test]
fn zstd_frames_without_a_size_are_decoded() {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    for _ in 0..10_000 {
        encoder.write_all(b"streamed without a size. ").unwrap();
        encoder.flush().unwrap();
    }
    let body = encoder.finish().unwrap();
    assert_eq!(decoded("zstd", &body).unwrap().len(), 250_000);
}

#[test]
fn members_without_number_are_refused_soon() {
    const LARGE: usize = 64 << 20;
    for list in ["gzip", "zstd"] {
        let member = encoded(list, b"");
        let check = |count: usize, expected| {
            let decoded =
                Codec::new().decode(&codings(list), &member.repeat(count), LARGE).map(|body| body.len());
            assert_eq!(decoded, expected, "{count} of {list}");
        };
        check(super::MEMBERS_MAX, Ok(0));
        check(super::MEMBERS_MAX + 1, Err(DecodeError::TooLarge));
        check(500_000, Err(DecodeError::TooLarge));
    }
    // Half a million empty members in a body of a few bytes: minutes, if each member cost what the whole buffer costs.
    let bomb = encoded("gzip", &encoded("gzip", b"").repeat(500_000));
    let decoded = Codec::new().decode(&codings("gzip, gzip"), &bomb, LARGE);
    assert_eq!(decoded, Err(DecodeError::TooLarge));
}

#[test]
fn a_codec_is_as_good_after_an_error() {
    let mut codec = Codec::new();
    for list in CODED {
        let list = codings(list);
        let body = codec.encode(&list, b"body".repeat(100)).unwrap();
        assert!(codec.decode(&list, &body[..body.len() / 2], LIMIT).is_err());
        assert_eq!(codec.decode(&list, &body, LIMIT).unwrap(), b"body".repeat(100));
    }
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_itself(body in prop::collection::vec(any::<u8>(), 0..5000)) {
        for list in LISTS {
            prop_assert_eq!(decoded(list, &encoded(list, &body)).unwrap(), body.clone(), "{}", list);
        }
    }

    #[test]
    fn damage_is_an_error_or_the_exact_original(
        body in prop::collection::vec(0u8..8, 1..2000),
        place in any::<prop::sample::Index>(),
        flip in 1u8..=255,
    ) {
        for list in CODED {
            let mut damaged = encoded(list, &body);
            let place = place.index(damaged.len());
            damaged[place] ^= flip;
            if let Ok(survived) = decoded(list, &damaged) {
                prop_assert_eq!(survived, body.clone(), "{} at {}", list, place);
            }
        }
    }

    #[test]
    fn noise_never_panics(body in prop::collection::vec(any::<u8>(), 0..300)) {
        for list in CODED {
            let _ = decoded(list, &body);
        }
    }
}
