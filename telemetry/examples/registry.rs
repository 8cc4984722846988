//! Writes what this program declares to a folder, as a semantic registry:
//! `cargo run -p telemetry --features registry --example registry -- FOLDER`.

use std::path::Path;
use std::process::ExitCode;

use telemetry::registry::{Manifest, Registry, Stability, check, write_folder};
use telemetry::{AttributeValue, Counter, Histogram, attribute_set, event, metric_set, span};

/// Where orders come from.
#[attribute_set(name = "shop.channel")]
struct ChannelAttributes {
    /// The shop's front.
    #[attribute(key = "shop.channel", stability = "stable")]
    channel: Channel,
}

/// A front of the shop.
#[derive(Debug, Clone, Copy, AttributeValue)]
enum Channel {
    /// In a browser.
    Web,
    /// On a telephone.
    App,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "shop.outcome")]
enum Outcome {
    /// It is on its way.
    Sent,
    /// There was nothing left to send.
    SoldOut,
}

/// Orders on their way through the shop.
#[metric_set(name = "shop.orders", attributes = ChannelAttributes, varying = Outcome)]
struct OrderMetrics {
    /// Orders that are done.
    #[metric(unit = "{order}", stability = "stable")]
    done: Counter<u64>,
    /// From the order to the parcel.
    #[metric(unit = "s", range = "1s..1h")]
    duration: Histogram,
}

/// The last one of something was sold.
#[event(name = "shop.stock.empty", severity = "warn")]
struct StockEmpty<'a> {
    /// What there is none of any more.
    #[attribute(key = "shop.article")]
    article: &'a str,
}

/// A parcel is packed.
#[span(name = "shop.parcel.pack")]
struct PackSpan<'a> {
    /// What goes in first.
    #[attribute(key = "shop.article")]
    article: &'a str,
}

/// Everything above, and what the SDK says about itself: nobody lists it, and nothing has to be registered first.
fn registry() -> Registry {
    telemetry::registry(Manifest {
        schema_url: "https://example.com/schemas/shop/1.0.0".to_owned(),
        description: "What the shop emits.".to_owned(),
        stability: Stability::Development,
    })
}

/// What the declarations are for, besides being written down.
fn sell(worker: &telemetry::Worker, article: &str) {
    let orders = [Channel::Web, Channel::App]
        .map(|channel| worker.register::<OrderMetrics>(ChannelAttributes { channel }));
    let _span = PackSpan { article }.start();
    orders[0].with(Outcome::Sent).done.inc();
    orders[0].with(Outcome::Sent).duration.record(90.0);
    orders[1].with(Outcome::SoldOut).done.inc();
    StockEmpty { article }.emit();
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: registry FOLDER");
        return ExitCode::from(2);
    };
    sell(&telemetry::Telemetry::default().worker(), "tea");
    let registry = registry();
    for problem in check(&registry) {
        eprintln!("{problem}");
    }
    match write_folder(Path::new(&folder), &registry) {
        Ok(()) => {
            println!("{} files and a manifest in {}", registry.files.len(), folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
