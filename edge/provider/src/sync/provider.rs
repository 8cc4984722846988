//! Keeps what a server says published, and tells it what policies did, until it is told to stop.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use edge_policy::PolicySet;
use proto::Message;
use serde_json::Value;
use telemetry::Worker;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::answer::Answer;
use super::broadcast::{Broadcast, ExtensionConfig};
use super::cache;
use super::client::Client;
use super::error::SyncError;
use super::schedule::Schedule;
use super::session::{News, Session};
use super::source::{Encoding, SyncSource};
use super::statuses::{Counts, statuses};
use super::transport::{Body, Transport};
use crate::events::{
    BroadcastUnusable, PolicyCacheInvalid, PolicyCacheUnwritten, PolicyReportLost, PolicySyncFailed,
    PolicySyncRecovered,
};
use crate::merge::{Class, ids};
use crate::metrics::{Reloads, Syncs};
use crate::publisher::Publisher;
use crate::readiness::Part;

/// How long the exchange that is under way and the last report may take at the end, together.
const END_DEADLINE: Duration = Duration::from_secs(5);

/// Time between two attempts at the last report.
const END_PAUSE: Duration = Duration::from_millis(250);

/// When everything must have ended, once it is to end.
type Stopped = watch::Receiver<Option<Instant>>;

/// One server's provider. Runs in a thread of its own.
pub(crate) struct SyncProvider {
    runtime: Runtime,
    stop: watch::Sender<Option<Instant>>,
    exchanger: Exchanger,
}

/// What an exchange needs and changes.
struct Exchanger {
    source: SyncSource,
    transport: Transport,
    session: Session,
    schedule: Schedule,
    counts: Box<dyn Counts>,
    broadcast: Broadcast,
    /// What was broadcast last.
    extension_configs: Vec<ExtensionConfig>,
    publisher: Arc<Publisher>,
    ready: Part,
    reloads: Reloads,
    syncs: Syncs,
    /// Every policy that the server ever sent: what it did is the server's to know, also after it is gone.
    ids: HashSet<String>,
    /// The failure that operators have been told of.
    told: Option<SyncError>,
}

impl SyncProvider {
    pub(crate) fn new(
        source: SyncSource,
        client: &Client,
        counts: Box<dyn Counts>,
        broadcast: Broadcast,
        publisher: Arc<Publisher>,
        ready: Part,
        worker: &Worker,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let exchanger = Exchanger {
            transport: Transport::new(source.clone()),
            session: Session::new(client.tree()),
            schedule: Schedule::new(source.poll_interval),
            counts,
            broadcast,
            extension_configs: Vec::new(),
            publisher,
            ready,
            reloads: Reloads::register(worker, &source.id),
            syncs: Syncs::register(worker, &source.id),
            ids: HashSet::new(),
            told: None,
            source,
        };
        Ok(Self { runtime, stop: watch::Sender::new(None), exchanger })
    }

    /// What stops it.
    pub(crate) fn stopper(&self) -> impl Fn() + Send + Sync + 'static {
        let stop = self.stop.clone();
        move || {
            stop.send_replace(Some(Instant::now() + END_DEADLINE));
        }
    }

    /// Syncs until stopped.
    pub(crate) fn run(self) {
        let Self { runtime, stop, exchanger } = self;
        runtime.block_on(exchanger.run(stop.subscribe()));
        // To drop it would wait for the system's resolver, which knows no deadline.
        runtime.shutdown_background();
    }
}

impl Exchanger {
    async fn run(mut self, mut stopped: Stopped) {
        // A server may take its time, or never answer: until then what it said last is in force.
        self.remember();
        let mut wait = Duration::ZERO;
        let end = loop {
            if let Ok(end) = timeout(wait, end(&mut stopped)).await {
                break end;
            }
            tokio::select! {
                biased;
                waits = self.sync() => wait = waits,
                // Until then it may go on: the server may have the counts, and without its answer they would be sent
                // again.
                end = overdue(&mut stopped) => break end,
            }
            self.ready.report();
        };
        self.report_last(end).await;
    }

    /// Makes one exchange; how long to wait for the next.
    async fn sync(&mut self) -> Duration {
        let statuses = self.statuses();
        let began = Instant::now();
        let answered = self.exchange(&statuses).await;
        let duration = began.elapsed();
        let taken = answered.and_then(|answer| self.take(answer));
        match taken {
            Ok((is_changed, recommended_seconds)) => {
                let set = if is_changed { &self.syncs.changed } else { &self.syncs.unchanged };
                set.attempts.inc();
                set.duration.record_duration(duration);
                self.tell_recovery();
                self.schedule.succeeded(recommended_seconds, fastrand::f64())
            }
            Err(error) => {
                self.syncs.failed.attempts.inc();
                self.syncs.failed.duration.record_duration(duration);
                let wait = self.schedule.failed(error.after(), fastrand::f64());
                self.tell_failure(error, wait);
                wait
            }
        }
    }

    fn statuses(&mut self) -> Vec<Value> {
        let mut counts = self.counts.collect();
        counts.retain(|(id, _)| self.ids.contains(id) && self.publisher.counts_for(&self.source.id, id));
        statuses(&counts, &self.publisher.rejected(&self.source.id, &self.ids))
    }

    async fn exchange(&mut self, statuses: &[Value]) -> Result<Answer, SyncError> {
        let request = self.session.request(statuses);
        let encoded = encoded(&request, self.transport.encoding());
        let Body { bytes, encoding } = self.transport.exchange(encoded).await?;
        Answer::read(&bytes, encoding)
    }

    /// Takes an answer: whether it changed anything, and the seconds that it recommends to wait. It is only now that
    /// the server is known to have the counts.
    fn take(&mut self, mut answer: Answer) -> Result<(bool, u64), SyncError> {
        let extension_configs = std::mem::take(&mut answer.extension_configs);
        let is_list_told = answer.is_list_told;
        let recommended_seconds = answer.recommended_seconds;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let news = self.session.accept(answer, now.as_nanos() as u64)?;
        self.counts.delivered();
        if is_list_told || !extension_configs.is_empty() {
            self.hand_on(extension_configs);
        }
        match news {
            News::Same => Ok((false, recommended_seconds)),
            News::Changed(set) => {
                self.publish(set);
                self.store();
                self.reloads.loaded.reloads.inc();
                Ok((true, recommended_seconds))
            }
        }
    }

    /// Before the policies that need it.
    fn hand_on(&mut self, extension_configs: Vec<ExtensionConfig>) {
        if extension_configs == self.extension_configs {
            return;
        }
        for error in (self.broadcast)(&self.source.id, &extension_configs) {
            BroadcastUnusable { provider: &self.source.id, error: &error }.emit();
        }
        self.extension_configs = extension_configs;
    }

    fn publish(&mut self, set: PolicySet) {
        self.ids.extend(ids(&set).cloned());
        let trees = self.session.policies().to_vec();
        self.publisher.publish(&self.source.id, Class::Server, set, trees);
    }

    fn store(&self) {
        let Some(path) = &self.source.cache_path else { return };
        if let Err(error) = cache::store(path, self.session.policies()) {
            PolicyCacheUnwritten { provider: &self.source.id, path: &path.display(), error: &error }.emit();
        }
    }

    /// Takes what an earlier process has stored.
    fn remember(&mut self) {
        let Some(path) = self.source.cache_path.clone() else { return };
        let loaded = cache::load(&path).map_err(|error| error.to_string());
        let set = loaded.and_then(|policies| {
            policies.map(|policies| self.session.remember(policies)).transpose().map_err(|it| it.to_string())
        });
        match set {
            Ok(Some(set)) => self.publish(set),
            Ok(None) => {}
            Err(error) => {
                PolicyCacheInvalid { provider: &self.source.id, path: &path.display(), error: &error }.emit();
            }
        }
    }

    /// Tells the server of what was counted since it was last told. Policies are of no use any more.
    async fn report_last(&mut self, end: Instant) {
        let left = || end.saturating_duration_since(Instant::now());
        loop {
            let statuses = self.statuses();
            if !statuses.iter().any(is_counted) {
                return;
            }
            let count = statuses.len();
            let error = match timeout(left(), self.exchange(&statuses)).await {
                Ok(Ok(_)) => return self.counts.delivered(),
                Ok(Err(error)) => error,
                Err(_) => SyncError::Deadline,
            };
            if left() <= END_PAUSE {
                PolicyReportLost { provider: &self.source.id, policies: count as u64, error: &error }.emit();
                return;
            }
            sleep(END_PAUSE).await;
        }
    }

    /// A server that is gone fails every exchange: each way of failing is told once.
    fn tell_failure(&mut self, error: SyncError, wait: Duration) {
        if self.told.as_ref() == Some(&error) {
            return;
        }
        self.reloads.failed.reloads.inc();
        PolicySyncFailed {
            provider: &self.source.id,
            url: &self.source.url,
            error: &error,
            wait: wait.as_secs_f64(),
        }
        .emit();
        self.told = Some(error);
    }

    fn tell_recovery(&mut self) {
        if self.told.take().is_some() {
            PolicySyncRecovered { provider: &self.source.id }.emit();
        }
    }
}

async fn end(stopped: &mut Stopped) -> Instant {
    // Without a sender nobody is left who would wait.
    let end = stopped.wait_for(Option::is_some).await.ok().and_then(|end| *end);
    end.unwrap_or_else(Instant::now)
}

async fn overdue(stopped: &mut Stopped) -> Instant {
    let end = end(stopped).await;
    sleep(end.saturating_duration_since(Instant::now())).await;
    end
}

fn encoded(request: &Value, encoding: Encoding) -> Bytes {
    const OURS: &str = "a request is built of what the message declares, which tests encode";
    match encoding {
        Encoding::Protobuf => proto::encode(Message::SyncRequest, request).expect(OURS).into(),
        Encoding::Json => proto::canonical(Message::SyncRequest, request).expect(OURS).to_string().into(),
    }
}

/// Whether a status has more to say than errors.
fn is_counted(status: &Value) -> bool {
    status.as_object().is_some_and(|status| status.keys().any(|key| key != "id" && key != "errors"))
}
