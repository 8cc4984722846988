//! Puts the parts together: telemetry, policies, protocols, server.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use edge_extension::{Extensions, S3Dump, TargetError};
use edge_policy::Registry;
use edge_protocol::{PolicySource, Ready};
use edge_provider::{Broadcast, Context, Counts, ExtensionConfig, Providers, Readiness, Served};
use edge_proxy::{Server, StartError};
use telemetry::{Telemetry, TelemetryOptions};
use telemetry_otlp::OtlpExporter;

use crate::admin::AdminView;
use crate::config::{self, Config, ReadyAfter};
use crate::counts::PolicyCounts;
use crate::distribution::{Distribution, Sources};
use crate::live::Live;
use crate::policy_server::PolicyServer;
use crate::{export, identity};

/// How long extensions may take at the end for what they have been given.
const EXTENSIONS_DEADLINE: Duration = Duration::from_secs(10);

/// A running edge.
pub(crate) struct Edge {
    server: Server,
    providers: Providers,
    extensions: Arc<Extensions>,
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
    /// A target of extensions cannot be used.
    #[error("extensions.targets: {0}")]
    Target(#[from] TargetError),
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
        let extensions = extensions(config, &telemetry)?;
        extensions.open(registry.audience());
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
        let broadcast = broadcast(&extensions);
        let context = Context {
            registry,
            database_folder: config.policy_cache.clone(),
            readiness: &loaded,
            telemetry: &telemetry,
            client: identity::client(config, &extensions.capabilities()),
            served: offered,
            counts: &counts,
            broadcast,
        };
        let providers = Providers::start(config.providers.clone(), &context);
        let providers = providers.map_err(AssemblyError::Provider)?;
        Ok(Self { server, providers, extensions, export, loaded, view })
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
        let Self { server, providers, extensions, export, view, .. } = self;
        server.shutdown();
        let sound = server.join();
        // After the server: what is still in flight is judged by the policies in force, and counted in their last
        // report.
        drop(providers);
        extensions.shutdown(EXTENSIONS_DEADLINE);
        Ended { view, sound, export }
    }
}

/// The extensions that policies may have.
fn extensions(config: &Config, telemetry: &Telemetry) -> Result<Arc<Extensions>, TargetError> {
    let config::Extensions { targets, environment } = &config.extensions;
    let dump = S3Dump::start(targets, environment.clone(), telemetry)?;
    Ok(Extensions::new(vec![Box::new(dump)]))
}

/// What servers of policies say for extensions goes to them.
fn broadcast(extensions: &Arc<Extensions>) -> Broadcast {
    let extensions = Arc::clone(extensions);
    Arc::new(move |provider, configs: &[ExtensionConfig]| {
        let targets: Vec<_> = configs.iter().map(|config| (&*config.kind, &*config.config)).collect();
        let unserved = extensions.set_broadcast_targets(provider, &targets);
        unserved.iter().map(ToString::to_string).collect()
    })
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
