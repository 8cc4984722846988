//! All types of extensions there are, as the audience of the policies in force.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_policy::{Attached, Audience, Extension, Flaw, Seat, Signal, Snapshot, Viewer, Watch};

use crate::copies::{Copies, Route};
use crate::handler::{Handler, Unserved, version_problem};
use crate::outlet::Outlet;

/// Serves the extensions of policies, with a handler for each type.
pub struct Extensions {
    handlers: Vec<Box<dyn Handler>>,
    /// While it is held, workers copy records.
    seat: Mutex<Option<Seat>>,
}

/// A type of extensions that is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability {
    /// The type, as policies name it.
    pub kind: &'static str,
    /// The earliest version that is understood.
    pub min_version: &'static str,
}

impl Extensions {
    /// Serves extensions with these handlers, once it has been opened.
    pub fn new(handlers: Vec<Box<dyn Handler>>) -> Arc<Self> {
        Arc::new(Self { handlers, seat: Mutex::default() })
    }

    /// Lets workers copy records from their next batch on.
    pub fn open(self: &Arc<Self>, audience: &Arc<Audience>) {
        let seat = audience.join(Arc::clone(self) as _);
        *self.seat.lock().unwrap_or_else(PoisonError::into_inner) = Some(seat);
    }

    /// What is served, for a policy server to know.
    pub fn capabilities(&self) -> Vec<Capability> {
        let served = self.handlers.iter();
        served.map(|it| Capability { kind: it.kind(), min_version: it.version() }).collect()
    }

    /// Takes over what the policy server of `provider` broadcasts, by type: all of it, anew; what it said before is
    /// forgotten. Of a type there are `ExtensionTarget`s, as JSON or as protobuf: the elements of `config` of an
    /// `ExtensionConfig`. What cannot be used is told. In force from each worker's next batch.
    pub fn set_broadcast_targets(&self, provider: &str, targets: &[(&str, &[Vec<u8>])]) -> Vec<Unserved> {
        let is_known = |kind: &str| self.handlers.iter().any(|handler| handler.kind() == kind);
        let unknown = targets.iter().filter(|(kind, _)| !is_known(kind));
        let mut unserved: Vec<_> = unknown.map(|(kind, _)| Unserved::Type((*kind).to_owned())).collect();
        for handler in &self.handlers {
            let ours = targets.iter().filter(|(kind, _)| *kind == handler.kind());
            let ours: Vec<Vec<u8>> = ours.flat_map(|(_, targets)| targets.iter().cloned()).collect();
            unserved.extend(handler.set_broadcast_targets(provider, &ours));
        }
        if let Some(seat) = &*self.seat.lock().unwrap_or_else(PoisonError::into_inner) {
            seat.renew();
        }
        unserved
    }

    /// Ends the copying and lets handlers finish what they have, for at most so long together.
    pub fn shutdown(&self, deadline: Duration) {
        drop(self.seat.lock().unwrap_or_else(PoisonError::into_inner).take());
        std::thread::scope(|scope| {
            for handler in &self.handlers {
                scope.spawn(|| handler.shutdown(deadline));
            }
        });
    }

    fn outlet(&self, extension: &Extension) -> Result<Arc<Outlet>, Unserved> {
        let handler = self.handlers.iter().find(|handler| handler.kind() == extension.kind);
        let handler = handler.ok_or_else(|| Unserved::Type(extension.kind.clone()))?;
        version_problem(extension, handler.version()).map_or_else(|| handler.outlet(extension), Err)
    }
}

impl Viewer for Extensions {
    fn watch(&self, snapshot: &Arc<Snapshot>) -> Option<Box<dyn Watch>> {
        let (mut routes, mut outlets) = (Signal::ALL.map(|_| Vec::new()), Vec::<Arc<Outlet>>::new());
        for Attached { policy, signal, extension, .. } in snapshot.extensions() {
            let Ok(outlet) = self.outlet(extension) else { continue };
            let known = outlets.iter().position(|known| Arc::ptr_eq(known, &outlet));
            let index = known.unwrap_or_else(|| {
                outlets.push(outlet);
                outlets.len() - 1
            });
            let route = Route { policy: *policy, mode: extension.mode, outlet: index };
            routes[*signal as usize].push(route);
        }
        (!outlets.is_empty()).then(|| Box::new(Copies::new(routes, outlets)) as Box<dyn Watch>)
    }

    fn flaws(&self, snapshot: &Snapshot) -> Vec<Flaw> {
        let flaw = |attached: &Attached| {
            let unserved = self.outlet(&attached.extension).err()?;
            let policy = snapshot.ids()[attached.policy].clone();
            Some(Flaw { policy, error: format!("extensions[{}]: {unserved}", attached.index) })
        };
        snapshot.extensions().iter().filter_map(flaw).collect()
    }
}
