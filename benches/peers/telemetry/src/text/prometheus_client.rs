//! prometheus-client: families with labels of a type of their own.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::{FAMILIES, SERIES, Scrape, count, labels, name};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    bench_method: &'static str,
    bench_route: String,
    bench_status: i64,
}

pub fn scrape() -> Scrape {
    let mut registry = Registry::default();
    for family in 0..FAMILIES {
        let counters = Family::<Labels, Counter>::default();
        registry.register(name(family), "One of twenty", counters.clone());
        for series in 0..SERIES {
            let (bench_method, bench_route, bench_status) = labels(series);
            let labels = Labels { bench_method, bench_route, bench_status };
            counters.get_or_create(&labels).inc_by(count(family, series));
        }
    }
    Box::new(move || {
        let mut text = String::new();
        encode(&mut text, &registry).expect("a string takes everything");
        text
    })
}
