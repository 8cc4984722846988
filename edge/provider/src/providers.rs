//! All providers of a process: started together, stopped and joined together.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use edge_policy::Registry;
use telemetry::Telemetry;
use telemetry::Worker;

use crate::databases::DatabaseFolder;
use crate::file::{FileProvider, FileSource};
use crate::publisher::Publisher;
use crate::readiness::{Part, Readiness};
use crate::served::Served;
use crate::sync::{Broadcast, Client, Counts, SyncProvider, SyncSource};

/// Where policies come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    File(FileSource),
    /// A server.
    Sync(Box<SyncSource>),
}

impl Source {
    /// Unique id of the provider.
    pub fn id(&self) -> &str {
        match self {
            Self::File(file) => &file.id,
            Self::Sync(server) => &server.id,
        }
    }
}

/// What providers need of the process that they work for.
pub struct Context<'a> {
    /// Where what they say together is published.
    pub registry: Arc<Registry>,
    /// Folder that keeps compiled pattern databases, for a start that compiles nothing.
    pub database_folder: Option<PathBuf>,
    /// That of the same sources.
    pub readiness: &'a Readiness,
    /// Where they count.
    pub telemetry: &'a Telemetry,
    /// Who servers are told is asking.
    pub client: Client,
    /// Told of what is in force, if others are to be given it.
    pub served: Option<Arc<Served>>,
    /// Gives each server's provider what policies did, to be reported.
    pub counts: &'a dyn Fn() -> Box<dyn Counts>,
    /// Takes what servers say for extensions of policies.
    pub broadcast: Broadcast,
}

/// The running providers. Dropping them stops their threads, lets servers be told of the last counts, and joins them;
/// that takes a few seconds if a server does not answer.
pub struct Providers {
    publisher: Arc<Publisher>,
    worker: Worker,
    threads: Vec<(Stop, JoinHandle<()>)>,
}

/// Tells a thread to end.
type Stop = Box<dyn Fn() + Send + Sync>;

impl Providers {
    /// Starts one thread for each source.
    pub fn start(sources: Vec<Source>, context: &Context<'_>) -> io::Result<Self> {
        let worker = context.telemetry.worker();
        let databases = context.database_folder.clone().map(DatabaseFolder::new);
        let registry = Arc::clone(&context.registry);
        let publisher = Arc::new(Publisher::new(registry, databases, context.served.clone(), &worker));
        let mut providers = Self { publisher, worker, threads: Vec::new() };
        for source in sources {
            let ready = context.readiness.part();
            match source {
                Source::File(file) => providers.start_file(file, ready)?,
                Source::Sync(server) => providers.start_sync(*server, ready, context)?,
            }
        }
        Ok(providers)
    }

    fn start_file(&mut self, file: FileSource, ready: Part) -> io::Result<()> {
        let name = thread_name(&file.id);
        let provider = FileProvider::new(file, Arc::clone(&self.publisher), ready, &self.worker);
        let stop = provider.stopper();
        self.spawn(name, Box::new(stop), move || provider.run())
    }

    fn start_sync(&mut self, server: SyncSource, ready: Part, context: &Context<'_>) -> io::Result<()> {
        let name = thread_name(&server.id);
        let publisher = Arc::clone(&self.publisher);
        let counts = (context.counts)();
        let broadcast = Arc::clone(&context.broadcast);
        let client = &context.client;
        let provider = SyncProvider::new(server, client, counts, broadcast, publisher, ready, &self.worker)?;
        let stop = provider.stopper();
        self.spawn(name, Box::new(stop), move || provider.run())
    }

    fn spawn(&mut self, name: String, stop: Stop, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name(name).spawn(run)?;
        self.threads.push((stop, thread));
        Ok(())
    }
}

fn thread_name(id: &str) -> String {
    format!("policy {id}")
}

impl Drop for Providers {
    fn drop(&mut self) {
        // All at once, so that one slow server does not take from another's time.
        self.threads.iter().for_each(|(stop, _)| stop());
        for (_, thread) in self.threads.drain(..) {
            // A provider that panicked has said so through the panic hook.
            drop(thread.join());
        }
    }
}
