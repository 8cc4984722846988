//! metrics with its Prometheus exporter.

use metrics::{Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::PrometheusBuilder;

use super::{FAMILIES, KEYS, SERIES, Scrape, count, labels, name};

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

pub fn scrape() -> Scrape {
    let recorder = PrometheusBuilder::new().build_recorder();
    for family in 0..FAMILIES {
        let name = format!("{}_total", name(family));
        for series in 0..SERIES {
            let (method, route, status) = labels(series);
            let values = [method.to_owned(), route, status.to_string()];
            let labels: Vec<Label> =
                KEYS.into_iter().zip(values).map(|(key, value)| Label::new(key, value)).collect();
            let key = Key::from_parts(name.clone(), labels);
            recorder.register_counter(&key, &METADATA).increment(count(family, series));
        }
    }
    let exporter = recorder.handle();
    Box::new(move || {
        let _ = &recorder;
        exporter.render()
    })
}
