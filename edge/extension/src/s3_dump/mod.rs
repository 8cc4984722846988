//! `com.usetero/s3-dump`: copies of records as files of lines in an object store.
//!
//! Each line is a whole request of OTLP/JSON with one record, its resource and its scope: a file can be read by the
//! Collector's `otlpjsonfile` receiver, and each line sent to any OTLP/HTTP endpoint.

mod config;
mod naming;
mod objects;
mod store;
mod target;
mod writer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use edge_policy::Extension;
use telemetry::Telemetry;

use crate::handler::{Handler, Unserved};
use crate::outlet::Outlet;
use writer::Writer;

pub use store::{Environment, TargetError};
pub use target::{Batching, Compression, Place, Store, Target};

/// The type, as policies name it.
pub(crate) const KIND: &str = "com.usetero/s3-dump";

/// The version of its configuration.
pub(crate) const VERSION: &str = "1.0.0";

/// What is wrong with a configuration, whatever the targets.
pub(crate) fn config_problem(config: &[u8]) -> Option<Unserved> {
    config::target_of(config).err().map(Unserved::Config)
}

/// Dumps records into object stores.
#[derive(Debug)]
pub struct S3Dump {
    environment: Environment,
    telemetry: Telemetry,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    configured: Vec<Served>,
    /// With the provider that says so.
    broadcast: Vec<(String, Served)>,
    /// Those of targets that are no more, until they have ended.
    retired: Vec<Writer>,
}

/// A target in use.
#[derive(Debug)]
struct Served {
    target: Target,
    outlet: Arc<Outlet>,
    writer: Writer,
}

impl S3Dump {
    /// Opens the targets that are configured.
    pub fn start(
        targets: &[Target],
        environment: Environment,
        telemetry: &Telemetry,
    ) -> Result<Self, TargetError> {
        let dump = Self { environment, telemetry: telemetry.clone(), state: Mutex::default() };
        let configured = targets.iter().map(|target| dump.serve(target.clone())).collect::<Result<_, _>>()?;
        dump.state().configured = configured;
        Ok(dump)
    }

    fn serve(&self, target: Target) -> Result<Served, TargetError> {
        let store = store::open(&target, &self.environment)?;
        let started = Writer::start(&target, store, KIND, &self.telemetry);
        let (outlet, writer) = started.map_err(|error| TargetError {
            target: target.key().to_string(),
            problem: format!("cannot start its thread: {error}"),
        })?;
        Ok(Served { target, outlet, writer })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change of it is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handler for S3Dump {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn version(&self) -> &'static str {
        VERSION
    }

    /// What is configured here beats what a server says.
    fn outlet(&self, extension: &Extension) -> Result<Arc<Outlet>, Unserved> {
        let key = config::target_of(&extension.config).map_err(Unserved::Config)?;
        let state = self.state();
        let broadcast = state.broadcast.iter().map(|(_, served)| served);
        let found = state.configured.iter().chain(broadcast).find(|served| served.target.key() == key);
        found
            .map(|served| Arc::clone(&served.outlet))
            .ok_or(Unserved::Target { kind: key.kind, name: key.name })
    }

    /// A target that is described as before goes on as before.
    fn set_broadcast_targets(&self, provider: &str, targets: &[Vec<u8>]) -> Vec<Unserved> {
        let mut state = self.state();
        let (mut old, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.broadcast).into_iter().partition(|(by, _)| by == provider);
        state.broadcast = others;
        let mut problems = Vec::new();
        for bytes in targets {
            let target = config::broadcast(bytes);
            let served = target.and_then(|target| {
                let known = old.iter().position(|(_, served)| served.target == target);
                let start = || self.serve(target).map_err(|error| error.to_string());
                known.map_or_else(start, |at| Ok(old.swap_remove(at).1))
            });
            match served {
                Ok(served) => state.broadcast.push((provider.to_owned(), served)),
                Err(problem) => problems.push(Unserved::Config(problem)),
            }
        }
        state.retired.retain(|writer| !writer.has_ended());
        // Their outlets go; what they took is still stored.
        state.retired.extend(old.into_iter().map(|(_, served)| served.writer));
        problems
    }

    fn shutdown(&self, deadline: Duration) {
        let State { configured, broadcast, retired } = std::mem::take(&mut *self.state());
        let served = configured.into_iter().chain(broadcast.into_iter().map(|(_, served)| served));
        let writers: Vec<Writer> = served.map(|served| served.writer).chain(retired).collect();
        let deadline = Instant::now() + deadline;
        // All at once: one slow target does not take from another's time.
        for writer in &writers {
            writer.stop(deadline);
        }
        writers.into_iter().for_each(Writer::join);
    }
}
