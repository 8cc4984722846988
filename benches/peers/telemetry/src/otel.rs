//! A meter of `opentelemetry_sdk` whose values can be read back.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{
    Aggregation, Instrument, PeriodicReader, SdkMeterProvider, Stream, Temporality,
};

use crate::side::Totals;

/// So long that nothing is exported but on demand.
const INTERVAL: Duration = Duration::from_secs(3600);

/// A provider with an exporter that adds up what it is given.
#[derive(Clone)]
pub struct Otel {
    provider: SdkMeterProvider,
    exported: Arc<Mutex<Totals>>,
}

struct AddingUp(Arc<Mutex<Totals>>);

impl Otel {
    /// With the default aggregation.
    pub fn new() -> Self {
        Self::with(Aggregation::Default)
    }

    /// Every instrument aggregates like this.
    pub fn with(aggregation: Aggregation) -> Self {
        let exported = Arc::new(Mutex::new(Totals::counted(0)));
        let reader = PeriodicReader::builder(AddingUp(Arc::clone(&exported))).with_interval(INTERVAL).build();
        let view = move |_: &Instrument| Stream::builder().with_aggregation(aggregation.clone()).build().ok();
        let provider = SdkMeterProvider::builder().with_reader(reader).with_view(view).build();
        Self { provider, exported }
    }

    pub fn meter(&self) -> Meter {
        self.provider.meter("bench")
    }

    /// Everything recorded so far, by all instruments.
    pub fn totals(&self) -> Totals {
        self.provider.force_flush().expect("the exporter takes everything");
        *self.exported.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PushMetricExporter for AddingUp {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let mut totals = Totals::counted(0);
        for metric in metrics.scope_metrics().flat_map(|scope| scope.metrics()) {
            add(&mut totals, metric.data());
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = totals;
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

fn add(totals: &mut Totals, data: &AggregatedMetrics) {
    match data {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            for point in sum.data_points() {
                totals.count += point.value();
                totals.sum += point.value() as f64;
            }
        }
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
            for point in histogram.data_points() {
                totals.count += point.count();
                totals.sum += point.sum();
            }
        }
        AggregatedMetrics::F64(MetricData::ExponentialHistogram(histogram)) => {
            for point in histogram.data_points() {
                totals.count += point.count() as u64;
                totals.sum += point.sum();
            }
        }
        _ => {}
    }
}
