//! All providers of a process: started together, stopped and joined together.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use edge_policy::Registry;
use telemetry::Telemetry;

use crate::file::{FileProvider, FileSource, Waker};
use crate::publisher::Publisher;
use crate::readiness::Readiness;

/// The running providers. Dropping them stops and joins their threads.
#[derive(Debug)]
pub struct Providers {
    stop: Arc<AtomicBool>,
    threads: Vec<(Waker, JoinHandle<()>)>,
}

impl Providers {
    /// Starts one thread for each file; whatever they say is merged and published in `registry`. `readiness`
    /// is that of the same files.
    pub fn start(
        files: Vec<FileSource>,
        registry: Arc<Registry>,
        readiness: &Readiness,
        telemetry: &Telemetry,
    ) -> io::Result<Self> {
        let worker = telemetry.worker();
        let publisher = Arc::new(Publisher::new(registry, &worker));
        let mut providers = Self { stop: Arc::default(), threads: Vec::new() };
        for file in files {
            let name = format!("policy {}", file.id);
            let provider = FileProvider::new(
                file,
                Arc::clone(&publisher),
                readiness.part(),
                Arc::clone(&providers.stop),
                &worker,
            );
            let waker = provider.waker();
            let thread = thread::Builder::new().name(name).spawn(move || provider.run())?;
            providers.threads.push((waker, thread));
        }
        Ok(providers)
    }
}

impl Drop for Providers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        for (waker, thread) in self.threads.drain(..) {
            waker.wake();
            // A provider that panicked has said so through the panic hook.
            drop(thread.join());
        }
    }
}
