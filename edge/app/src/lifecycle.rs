//! Signals, crashes and limits of the process.

use std::backtrace::Backtrace;
use std::io::{self, Write};
use std::panic;
use std::process;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Exit code after a second signal.
const EXIT_IMPATIENT: i32 = 1;

/// Receives once when SIGTERM or SIGINT asks for a graceful end; a second signal ends the process at once.
pub(crate) fn stop_requests() -> io::Result<Receiver<()>> {
    let (sender, receiver) = sync_channel(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Installed before this returns: a signal from now on is graceful.
    let signals = {
        let _runtime = runtime.enter();
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
    };
    // Lives as long as the process, which the second signal ends.
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(listen(signals, sender)))?;
    Ok(receiver)
}

async fn listen((mut terminate, mut interrupt): (Signal, Signal), stop: SyncSender<()>) {
    either(&mut terminate, &mut interrupt).await;
    // Nobody listens once the main thread is on its way out by itself.
    let _ = stop.try_send(());
    either(&mut terminate, &mut interrupt).await;
    process::exit(EXIT_IMPATIENT);
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Makes a crash print which build crashed and where.
pub(crate) fn install_panic_hook(name: &'static str) {
    panic::set_hook(Box::new(move |info| {
        let thread = thread::current();
        let backtrace = Backtrace::force_capture();
        // To a closed standard error nothing can be said.
        let _ = writeln!(
            io::stderr(),
            "{name} {} ({}-{}) crashed in thread `{}`: {info}\n{backtrace}",
            crate::VERSION,
            std::env::consts::ARCH,
            std::env::consts::OS,
            thread.name().unwrap_or("unnamed"),
        );
    }));
}

/// Files a process may need that serves `connections_max` connections: each has one to the intake beside it, and
/// there are listeners, the policies' watches and the connections kept for probes.
pub(crate) fn files_needed(connections_max: usize) -> u64 {
    2 * connections_max as u64 + 128
}

/// Raises the number of files the process may have open as far as the system allows: every connection is one.
pub(crate) fn raise_file_limit() -> io::Result<u64> {
    rlimit::increase_nofile_limit(u64::MAX)
}
