//! Wakes a provider when something happens near its file.
//!
//! Folders are watched, not the file: a file that is renamed over, created later or reached through a swapped
//! link has no inode to hold on to. An event says only "look again"; what counts is what is read then.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Wakes the provider from outside; clones wake the same one.
#[derive(Debug, Clone)]
pub(super) struct Waker(SyncSender<()>);

impl Waker {
    /// Wakes the provider. One pending call is enough: it looks at everything when it wakes.
    pub(crate) fn wake(&self) {
        let _ = self.0.try_send(());
    }
}

/// The folders being watched and the queue of one wake-up.
#[derive(Debug)]
pub(super) struct Watch {
    waker: Waker,
    woken: Receiver<()>,
    /// `None` where the system has no notifications left to give: the poll alone does then.
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
}

impl Watch {
    pub(super) fn new() -> Self {
        let (sender, woken) = sync_channel(1);
        let waker = Waker(sender);
        let on_event = waker.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.map_or(true, |event| may_change(event.kind)) {
                on_event.wake();
            }
        });
        Self { waker, woken, watcher: watcher.ok(), folders: BTreeSet::new() }
    }

    pub(super) fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Waits for a wake-up, at most `timeout`.
    pub(super) fn wait(&self, timeout: Duration) {
        match self.woken.recv_timeout(timeout) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => unreachable!("the watch holds a sender of its own"),
        }
    }

    /// Watches the folder of `path` and, where `path` is a link, the folder it leads to now.
    pub(super) fn follow(&mut self, path: &Path) {
        let wanted = folders(path);
        let Some(watcher) = &mut self.watcher else { return };
        for gone in self.folders.difference(&wanted) {
            drop(watcher.unwatch(gone));
        }
        self.folders.retain(|folder| wanted.contains(folder));
        for new in wanted {
            // A folder that cannot be watched, as long as it does not exist, is tried again at the next look.
            if !self.folders.contains(&new) && watcher.watch(&new, RecursiveMode::NonRecursive).is_ok() {
                self.folders.insert(new);
            }
        }
    }
}

fn folders(path: &Path) -> BTreeSet<PathBuf> {
    let places = [Some(path.to_owned()), path.canonicalize().ok()];
    places.into_iter().flatten().filter_map(|place| Some(folder(&place)?.to_owned())).collect()
}

fn folder(path: &Path) -> Option<&Path> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Some(Path::new(".")),
        parent => parent,
    }
}

/// Looking at the file is an event too, and would wake the looker for ever.
fn may_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}
