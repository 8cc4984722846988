//! Puts the parts together: telemetry, policies, protocols, server.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use edge_policy::Registry;
use edge_protocol::{PolicySource, Ready};
use edge_provider::{Context, Counts, Providers, Readiness, Served};
use edge_proxy::{Server, StartError};
use telemetry::{Telemetry, TelemetryOptions};
use telemetry_otlp::OtlpExporter;

use crate::admin::AdminView;
use crate::config::{Config, ReadyAfter};
use crate::counts::PolicyCounts;
use crate::distribution::{Distribution, Sources};
use crate::live::Live;
use crate::policy_server::PolicyServer;
use crate::{export, identity};

/// A running edge.
pub(crate) struct Edge {
    server: Server,
    providers: Providers,
    export: Option<OtlpExporter>,
    loaded: Readiness,
    view: Arc<AdminView>,
}

/// What is left of an edge that has ended: its last counts.
pub(crate) struct Ended {
    /// Everything it counted.
    pub(crate) view: Arc<AdminView>,
    /// Whether every thread ended in order.
    pub(crate) sound: bool,
    /// What is still to send its last counts and events.
    pub(crate) export: Option<OtlpExporter>,
}

/// Why edge could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssemblyError {
    /// The server could not.
    #[error(transparent)]
    Server(#[from] StartError),
    /// A provider could not.
    #[error("cannot start the thread of a policy provider: {0}")]
    Provider(#[source] io::Error),
    /// Edge's own telemetry could not be sent like this.
    #[error("cannot send own telemetry over OTLP: {0}")]
    Export(#[from] telemetry_otlp::ConfigError),
}

impl Edge {
    /// Opens the listener and lets policies load beside it.
    pub(crate) fn start(distribution: Distribution, config: &Config) -> Result<Self, AssemblyError> {
        let telemetry = Telemetry::new(TelemetryOptions {
            resource: identity::resource(&config.service),
            ..TelemetryOptions::default()
        });
        let registry = Arc::<Registry>::default();
        let otlp = config.telemetry.otlp.as_ref();
        let export = otlp.map(|otlp| export::start(&telemetry, otlp, &registry)).transpose()?;
        let loaded = Readiness::of(&config.providers);
        let view = Arc::new(AdminView {
            telemetry: telemetry.clone(),
            registry: Arc::clone(&registry),
            prometheus: config.telemetry.prometheus,
        });
        let offered = config.policy_server.map(|interval| Arc::new(Served::new(interval)));
        let policies = offered.as_ref().map(|offered| {
            Arc::new(PolicyServer::new(Arc::clone(offered), loaded.clone(), &telemetry))
                as Arc<dyn PolicySource>
        });
        let ready = gate(config.ready_after, &loaded);
        let live = Arc::new(Live::new(Arc::clone(&registry), config.shows_records()));
        let sources = Sources { ready, admin: Arc::clone(&view) as _, live, policies };
        let protocols = distribution.protocols(&sources);
        let server = Server::start(config.server.clone(), protocols, Arc::clone(&registry), &telemetry)?;
        let counts = || Box::new(PolicyCounts::new(&telemetry)) as Box<dyn Counts>;
        let context = Context {
            registry,
            readiness: &loaded,
            telemetry: &telemetry,
            client: identity::client(config),
            served: offered,
            counts: &counts,
        };
        let providers = Providers::start(config.providers.clone(), &context);
        let providers = providers.map_err(AssemblyError::Provider)?;
        Ok(Self { server, providers, export, loaded, view })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.local_addr()
    }

    /// Whether every provider has answered or failed once.
    pub(crate) fn is_loaded(&self) -> bool {
        self.loaded.is_ready()
    }

    /// What it counts.
    pub(crate) fn view(&self) -> &AdminView {
        &self.view
    }

    /// Finishes what is in flight, up to the drain deadline, and ends every thread.
    pub(crate) fn shutdown(self) -> Ended {
        let Self { server, providers, export, view, .. } = self;
        server.shutdown();
        let sound = server.join();
        // After the server: what is still in flight is judged by the policies in force, and counted in their last
        // report.
        drop(providers);
        Ended { view, sound, export }
    }
}

/// What the readiness probe waits for.
struct Gate(Readiness);

impl Ready for Gate {
    fn is_ready(&self) -> bool {
        self.0.is_ready()
    }
}

fn gate(ready_after: ReadyAfter, loaded: &Readiness) -> Arc<dyn Ready> {
    Arc::new(Gate(match ready_after {
        ReadyAfter::Policies => loaded.clone(),
        ReadyAfter::Listening => Readiness::reached(),
    }))
}
