//! Records, put together to objects: pure, time is an argument.

use std::time::{Duration, Instant, SystemTime};

use edge_policy::Signal;
use edge_stream::encoding::{Codec, Codings};
use edge_stream::protobuf::Malformed;

use super::target::{Batching, Compression};
use crate::otlp_json;

/// Objects that are being filled, one for each signal.
#[derive(Debug)]
pub(super) struct Objects {
    batching: Batching,
    open: [Option<Object>; Signal::ALL.len()],
}

/// An object being filled.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) signal: Signal,
    /// When its first record came.
    pub(super) begun: SystemTime,
    due: Instant,
    /// A line for each record.
    pub(super) lines: Vec<u8>,
    /// So many.
    pub(super) records: u64,
}

/// What the time is, by both clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) instant: Instant,
    pub(super) system: SystemTime,
}

impl Now {
    pub(super) fn of_machine() -> Self {
        Self { instant: Instant::now(), system: SystemTime::now() }
    }
}

impl Objects {
    pub(super) fn new(batching: Batching) -> Self {
        Self { batching, open: Signal::ALL.map(|_| None) }
    }

    /// Adds a record; gives out the object that is full with it.
    pub(super) fn add(
        &mut self,
        signal: Signal,
        record: &[u8],
        now: Now,
    ) -> Result<Option<Object>, Malformed> {
        let open = &mut self.open[signal as usize];
        let due = now.instant + self.batching.object_age_max;
        let object = open.get_or_insert_with(|| Object {
            signal,
            begun: now.system,
            due,
            lines: Vec::new(),
            records: 0,
        });
        let written = otlp_json::write_line(signal, record, &mut object.lines);
        object.records += u64::from(written.is_ok());
        if object.records == 0 {
            *open = None;
        }
        written?;
        Ok(open.take_if(|object| object.lines.len() >= self.batching.object_bytes_max))
    }

    /// When the oldest object is to be stored; `None` if there is none.
    pub(super) fn due(&self) -> Option<Instant> {
        self.open.iter().flatten().map(|object| object.due).min()
    }

    /// Gives out an object that is old enough.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Object> {
        self.open.iter_mut().find_map(|open| open.take_if(|object| object.due <= now))
    }

    /// Gives out an object, however young.
    pub(super) fn take(&mut self) -> Option<Object> {
        self.open.iter_mut().find_map(Option::take)
    }
}

/// What is stored of an object's lines.
pub(super) fn compressed(compression: Compression, lines: Vec<u8>) -> Vec<u8> {
    let coding: &[u8] = match compression {
        Compression::None => return lines,
        Compression::Gzip => b"gzip",
        Compression::Zstd => b"zstd",
    };
    let codings = Codings::parse([coding]).expect("both codings are known");
    // Nothing but a lack of memory is known to fail, and that ends the process first.
    Codec::new().encode(&codings, lines).expect("the compressor has memory")
}

/// Long enough to be never, and far from overflow.
pub(super) const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const RECORD: &[u8] = br#"{"resourceLogs": []}"#;
    const LINE: &str = "{\"resourceLogs\":[]}\n";

    fn objects(object_bytes_max: usize) -> Objects {
        let object_age_max = Duration::from_secs(10);
        Objects::new(Batching { object_bytes_max, object_age_max, ..Batching::default() })
    }

    fn at(epoch: Instant, seconds: u64) -> Now {
        let after = Duration::from_secs(seconds);
        Now { instant: epoch + after, system: UNIX_EPOCH + after }
    }

    #[test]
    fn an_object_is_full_with_the_record_that_reaches_its_size() {
        let (mut objects, epoch) = (objects(3 * LINE.len() - 1), Instant::now());
        for second in 0..2 {
            assert!(objects.add(Signal::Log, RECORD, at(epoch, second)).expect("fine").is_none());
        }
        let full = objects.add(Signal::Log, RECORD, at(epoch, 2)).expect("fine").expect("full");
        assert_eq!(String::from_utf8(full.lines).expect("text"), LINE.repeat(3));
        assert_eq!((full.records, full.begun), (3, UNIX_EPOCH));
        assert_eq!(objects.due(), None);
    }

    #[test]
    fn an_object_is_due_by_the_age_of_its_first_record() {
        let (mut objects, epoch) = (objects(1000), Instant::now());
        for (signal, second) in [(Signal::Log, 0), (Signal::Trace, 5), (Signal::Log, 9)] {
            assert!(objects.add(signal, RECORD, at(epoch, second)).expect("fine").is_none());
        }
        assert_eq!(objects.due(), Some(at(epoch, 10).instant));
        assert!(objects.take_due(at(epoch, 9).instant).is_none());
        let due = objects.take_due(at(epoch, 10).instant).expect("due");
        assert_eq!((due.signal, due.records), (Signal::Log, 2));
        assert_eq!(objects.due(), Some(at(epoch, 15).instant));
        assert_eq!(objects.take().expect("one is left").signal, Signal::Trace);
        assert!(objects.take().is_none());
    }

    #[test]
    fn a_record_that_is_malformed_leaves_no_object() {
        let (mut objects, epoch) = (objects(1000), Instant::now());
        assert!(objects.add(Signal::Log, b"\xff", at(epoch, 0)).is_err());
        assert_eq!(objects.due(), None);
        assert!(objects.add(Signal::Log, RECORD, at(epoch, 1)).expect("fine").is_none());
        assert!(objects.add(Signal::Log, b"\x0a\xff", at(epoch, 1)).is_err());
        assert_eq!(objects.take().expect("the good one").lines, LINE.as_bytes());
    }

    #[test]
    fn what_is_compressed_can_be_read_again() {
        for (compression, coding) in [(Compression::Gzip, "gzip"), (Compression::Zstd, "zstd")] {
            let stored = compressed(compression, LINE.repeat(50).into_bytes());
            assert!(stored.len() < LINE.len() * 50);
            let codings = Codings::parse([coding.as_bytes()]).expect("known");
            let mut codec = Codec::new();
            let read = codec.decode(&codings, &stored, 1 << 20).expect("sound");
            assert_eq!(&*read, LINE.repeat(50).as_bytes());
        }
        assert_eq!(compressed(Compression::None, b"x".to_vec()), b"x");
    }
}
