//! The thread of a target: takes records, fills objects, stores them one at a time.
//!
//! Memory is bounded: what waits is, by the outlet; of each signal one object is being filled, and one is being stored,
//! beside its compressed form.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use telemetry::{Set, Telemetry};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::{sleep, sleep_until};

use super::naming;
use super::objects::{NEVER, Now, Object, Objects, compressed};
use super::target::Target;
use crate::events::{RecordsLost, TargetFailing, TargetRecovered};
use crate::metrics::{ExtensionAttributes, FailMetrics, FailReason, WriteMetrics};
use crate::outlet::{Batch, Outlet, OutletLimits};

/// Most records that wait for a target, however small.
const BACKLOG_RECORDS_MAX: usize = 1 << 18;

/// Time before the second attempt to store an object; it doubles with each.
const BACKOFF_MIN: Duration = Duration::from_millis(250);

/// Longest time between two attempts.
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// A running thread.
#[derive(Debug)]
pub(super) struct Writer {
    /// When to end at the latest, once it is to end.
    stop: watch::Sender<Option<Instant>>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Starts the thread of a target. It ends by itself when nobody has the outlet any more.
    pub(super) fn start(
        target: &Target,
        store: Arc<dyn ObjectStore>,
        kind: &'static str,
        telemetry: &Telemetry,
    ) -> io::Result<(Arc<Outlet>, Self)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let attributes = ExtensionAttributes { kind, target: target.key().to_string() };
        let limits =
            OutletLimits { records_max: BACKLOG_RECORDS_MAX, bytes_max: target.batching.backlog_bytes_max };
        let (outlet, receiver) = Outlet::new(attributes.clone(), limits, telemetry);
        let (stop, stopped) = watch::channel(None);
        let (target, telemetry) = (target.clone(), telemetry.clone());
        let run = move || {
            let worker = telemetry.worker();
            let task = Task {
                metrics: worker.register(attributes.clone()),
                failures: worker.register(attributes),
                objects: Objects::new(target.batching),
                target,
                store,
                receiver,
                stop: stopped,
                is_failing: false,
            };
            runtime.block_on(task.run());
            // A file system that hangs must not keep the process.
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("extension".to_owned()).spawn(run)?;
        Ok((Arc::new(outlet), Self { stop, thread }))
    }

    /// Lets the thread finish until `deadline`.
    pub(super) fn stop(&self, deadline: Instant) {
        self.stop.send_replace(Some(deadline));
    }

    /// Waits for the end of the thread.
    pub(super) fn join(self) {
        // A panic has been told by the panic hook.
        drop(self.thread.join());
    }

    pub(super) fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

struct Task {
    target: Target,
    store: Arc<dyn ObjectStore>,
    objects: Objects,
    receiver: UnboundedReceiver<Batch>,
    stop: watch::Receiver<Option<Instant>>,
    metrics: Set<WriteMetrics>,
    failures: Set<FailMetrics>,
    /// Whether the last attempt failed: an outage is told once.
    is_failing: bool,
}

impl Task {
    async fn run(mut self) {
        loop {
            let due = self.objects.due().unwrap_or_else(|| Instant::now() + NEVER);
            tokio::select! {
                batch = self.receiver.recv() => match batch {
                    Some(batch) => self.take(batch).await,
                    None => break,
                },
                () = sleep_until(due.into()) => {}
                _ = self.stop.changed() => break,
            }
            while let Some(object) = self.objects.take_due(Instant::now()) {
                self.put(object).await;
            }
        }
        self.receiver.close();
        while let Ok(batch) = self.receiver.try_recv() {
            self.take(batch).await;
        }
        while let Some(object) = self.objects.take() {
            self.put(object).await;
        }
    }

    async fn take(&mut self, batch: Batch) {
        for record in &batch.records {
            match self.objects.add(batch.signal, record, Now::of_machine()) {
                Ok(None) => {}
                Ok(Some(full)) => self.put(full).await,
                Err(_) => self.failures.with(FailReason::Unreadable).failed.inc(),
            }
        }
    }

    /// Stores an object, or counts its records as lost.
    async fn put(&mut self, object: Object) {
        let Object { signal, begun, lines, records, .. } = object;
        let compression = self.target.batching.compression;
        let name = naming::name(&self.target.prefix, signal, begun, fastrand::u64(..), compression);
        let (path, payload) = (Path::from(name), compressed(compression, lines));
        let (start, bytes) = (Instant::now(), payload.len() as u64);
        let give_up = give_up(self.stop.clone(), start + self.target.batching.retry_max);
        let lost = tokio::select! {
            biased;
            () = self.attempts(&path, payload.into()) => None,
            reason = give_up => Some(reason),
        };
        if let Some(reason) = lost {
            self.failures.with(reason).failed.add(records);
            RecordsLost { target: &self.target.key(), records }.emit();
        } else {
            self.metrics.written.add(records);
            self.metrics.stored.add(bytes);
            self.metrics.objects.inc();
            self.metrics.upload_duration.record(start.elapsed().as_secs_f64());
        }
    }

    /// Tries until it is done. An object that was stored unknown to us is stored again under its name: there is one.
    async fn attempts(&mut self, path: &Path, payload: PutPayload) {
        let mut backoff = BACKOFF_MIN;
        while let Err(error) = self.store.put(path, payload.clone()).await {
            self.metrics.failed_attempts.inc();
            self.tell_failing(&error);
            // Targets that failed together are not to come back together.
            sleep(backoff.mul_f64(0.5 + 0.5 * fastrand::f64())).await;
            backoff = (2 * backoff).min(BACKOFF_MAX);
        }
        if std::mem::take(&mut self.is_failing) {
            TargetRecovered { target: &self.target.key() }.emit();
        }
    }

    fn tell_failing(&mut self, error: &object_store::Error) {
        if !std::mem::replace(&mut self.is_failing, true) {
            TargetFailing { target: &self.target.key(), error }.emit();
        }
    }
}

/// Waits until there is no more time: `own`, or earlier if the process has to end.
async fn give_up(mut stop: watch::Receiver<Option<Instant>>, own: Instant) -> FailReason {
    loop {
        let ending = stop.borrow_and_update().filter(|ending| *ending < own);
        tokio::select! {
            () = sleep_until(ending.unwrap_or(own).into()) => {
                return if ending.is_some() { FailReason::Shutdown } else { FailReason::Upload };
            }
            Ok(()) = stop.changed() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use bytes::Bytes;
    use edge_policy::Signal;
    use object_store::memory::InMemory;

    use super::super::target::{Batching, Store};
    use super::*;

    const RECORD: &[u8] = br#"{"resourceLogs":[]}"#;
    const KIND: &str = "test";

    fn target(batching: Batching) -> Target {
        Target { name: "t".into(), store: Store::File(PathBuf::new()), prefix: "p/".into(), batching }
    }

    fn start(store: &Arc<InMemory>, batching: Batching) -> (Arc<Outlet>, Writer, Telemetry) {
        let telemetry = Telemetry::default();
        let (outlet, writer) =
            Writer::start(&target(batching), Arc::clone(store) as _, KIND, &telemetry).expect("a thread");
        (outlet, writer, telemetry)
    }

    /// Names and contents of what is stored.
    fn stored(store: &InMemory) -> Vec<(String, String)> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let list = store.list_with_delimiter(None).await.expect("a list");
            let mut folders: Vec<Path> = list.common_prefixes;
            let mut found = Vec::new();
            while let Some(folder) = folders.pop() {
                let list = store.list_with_delimiter(Some(&folder)).await.expect("a list");
                folders.extend(list.common_prefixes);
                for object in list.objects {
                    let bytes = store.get(&object.location).await.expect("is there").bytes().await;
                    let text = String::from_utf8(bytes.expect("all of it").to_vec()).expect("text");
                    found.push((object.location.to_string(), text));
                }
            }
            found
        })
    }

    fn counted(telemetry: &Telemetry, name: &str) -> u64 {
        let values = telemetry.collect();
        values.sets().filter_map(|set| set.value(name).map(|value| value.as_u64())).sum()
    }

    fn end(outlet: Arc<Outlet>, writer: Writer, deadline: Duration) {
        drop(outlet);
        writer.stop(Instant::now() + deadline);
        writer.join();
    }

    #[test]
    fn what_was_taken_is_stored_by_signal_before_the_end() {
        let store = Arc::<InMemory>::default();
        let (outlet, writer, telemetry) = start(&store, Batching::default());
        outlet.offer(Signal::Log, vec![Bytes::from_static(RECORD); 2]);
        outlet.offer(
            Signal::Trace,
            vec![Bytes::from_static(br#"{"resourceSpans":[]}"#), Bytes::from_static(b"\xff")],
        );
        end(outlet, writer, Duration::from_secs(60));
        let mut found = stored(&store);
        found.sort_unstable();
        let lines = |index: usize| found[index].1.lines().count();
        assert_eq!((found.len(), lines(0), lines(1)), (2, 2, 1), "{found:?}");
        assert!(found[0].0.starts_with("p/logs/") && found[1].0.starts_with("p/traces/"), "{found:?}");
        assert_eq!(counted(&telemetry, "edge.extension.dispatched"), 4);
        assert_eq!(counted(&telemetry, "edge.extension.written"), 3);
        assert_eq!(counted(&telemetry, "edge.extension.objects"), 2);
        assert_eq!(counted(&telemetry, "edge.extension.failed"), 1);
    }

    #[test]
    fn full_objects_are_stored_one_after_another() {
        let store = Arc::<InMemory>::default();
        let batching = Batching { object_bytes_max: 3 * (RECORD.len() + 1), ..Batching::default() };
        let (outlet, writer, telemetry) = start(&store, batching);
        outlet.offer(Signal::Log, vec![Bytes::from_static(RECORD); 10]);
        end(outlet, writer, Duration::from_secs(60));
        let mut lines: Vec<usize> = stored(&store).iter().map(|(_, text)| text.lines().count()).collect();
        lines.sort_unstable();
        assert_eq!(lines, [1, 3, 3, 3]);
        assert_eq!(counted(&telemetry, "edge.extension.written"), 10);
    }

    #[test]
    fn an_object_that_is_old_enough_is_stored_while_nothing_comes() {
        let store = Arc::<InMemory>::default();
        let batching = Batching { object_age_max: Duration::from_millis(1), ..Batching::default() };
        let (outlet, writer, telemetry) = start(&store, batching);
        outlet.offer(Signal::Log, vec![Bytes::from_static(RECORD)]);
        while counted(&telemetry, "edge.extension.objects") == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        end(outlet, writer, Duration::from_secs(60));
    }

    /// A folder in which no object of logs can be stored, as a file is in its place.
    fn obstructed() -> (tempfile::TempDir, PathBuf, Arc<dyn ObjectStore>) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("p")).expect("room");
        let obstacle = folder.path().join("p/logs");
        std::fs::write(&obstacle, "").expect("room");
        let store = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).expect("a folder");
        (folder, obstacle, Arc::new(store))
    }

    #[test]
    fn an_object_is_stored_once_its_store_works_again() {
        let (folder, obstacle, store) = obstructed();
        let telemetry = Telemetry::default();
        let batching = Batching { object_bytes_max: 1, ..Batching::default() };
        let (outlet, writer) = Writer::start(&target(batching), store, KIND, &telemetry).expect("a thread");
        outlet.offer(Signal::Log, vec![Bytes::from_static(RECORD)]);
        while counted(&telemetry, "edge.extension.failed_attempts") == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        std::fs::remove_file(obstacle).expect("is there");
        end(outlet, writer, Duration::from_secs(60));
        assert_eq!(counted(&telemetry, "edge.extension.written"), 1);
        assert!(folder.path().join("p/logs").is_dir());
    }

    #[test]
    fn what_cannot_be_stored_in_time_is_counted() {
        let check = |retry_max, deadline| {
            let (_folder, _, store) = obstructed();
            let telemetry = Telemetry::default();
            let batching = Batching { retry_max, ..Batching::default() };
            let (outlet, writer) =
                Writer::start(&target(batching), store, KIND, &telemetry).expect("a thread");
            outlet.offer(Signal::Log, vec![Bytes::from_static(RECORD); 3]);
            end(outlet, writer, deadline);
            let text = telemetry.prometheus_text();
            let line =
                text.lines().find(|line| line.starts_with("edge_extension_failed_total")).map(str::to_owned);
            assert_eq!(counted(&telemetry, "edge.extension.written"), 0);
            line.expect("some failed")
        };
        let (short, long) = (Duration::from_millis(10), Duration::from_secs(600));
        let upload = check(short, long);
        assert!(upload.contains("failure_reason=\"upload\"") && upload.ends_with(" 3"), "{upload}");
        let shutdown = check(long, short);
        assert!(shutdown.contains("failure_reason=\"shutdown\"") && shutdown.ends_with(" 3"), "{shutdown}");
    }
}
