//! prometheus: gathered and encoded.

use prometheus::{IntCounterVec, Opts, Registry, TextEncoder};

use super::{FAMILIES, KEYS, SERIES, Scrape, count, labels, name};

pub fn scrape() -> Scrape {
    let registry = Registry::new();
    for family in 0..FAMILIES {
        let options = Opts::new(format!("{}_total", name(family)), "One of twenty.");
        let counters = IntCounterVec::new(options, &KEYS).expect("names are valid");
        registry.register(Box::new(counters.clone())).expect("nobody else has the name");
        for series in 0..SERIES {
            let (method, route, status) = labels(series);
            let status = status.to_string();
            counters.with_label_values(&[method, &route, &status]).inc_by(count(family, series));
        }
    }
    Box::new(move || TextEncoder::new().encode_to_string(&registry.gather()).expect("every sample is valid"))
}
