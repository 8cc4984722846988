//! For random batches of metrics and policies: what is left is what the simplest reading of the policies leaves, in both
//! spellings.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::damage::damage;
use crate::generate::{attributes, resource, schema_url, scope, text};
use crate::oracle::{Around, Attribute, Shared, attribute, negated, shared};
use crate::request::Request;

fn number_points() -> impl Strategy<Value = Vec<NumberDataPoint>> {
    let value = prop_oneof![Just(Number::AsDouble(0.1)), Just(Number::AsInt(i64::MIN))];
    let point = (attributes(), prop::option::of(value), any::<u64>()).prop_map(
        |(attributes, value, time_unix_nano)| NumberDataPoint {
            attributes,
            value,
            time_unix_nano,
            ..NumberDataPoint::default()
        },
    );
    prop::collection::vec(point, 0..4)
}

/// Data points of another type, made of their attributes.
fn points<P: std::fmt::Debug>(make: fn(Vec<KeyValue>) -> P) -> impl Strategy<Value = Vec<P>> {
    prop::collection::vec(attributes().prop_map(make), 0..4)
}

fn histogram_point(attributes: Vec<KeyValue>) -> HistogramDataPoint {
    HistogramDataPoint { attributes, bucket_counts: vec![1, 2], ..HistogramDataPoint::default() }
}

fn exponential_point(attributes: Vec<KeyValue>) -> ExponentialHistogramDataPoint {
    ExponentialHistogramDataPoint {
        attributes,
        scale: -2,
        count: 3,
        ..ExponentialHistogramDataPoint::default()
    }
}

fn summary_point(attributes: Vec<KeyValue>) -> SummaryDataPoint {
    SummaryDataPoint { attributes, sum: 0.5, ..SummaryDataPoint::default() }
}

fn data() -> impl Strategy<Value = Data> {
    prop_oneof![
        number_points().prop_map(|data_points| Data::Gauge(Gauge { data_points })),
        (number_points(), 0..3).prop_map(|(data_points, aggregation_temporality)| Data::Sum(Sum {
            data_points,
            aggregation_temporality,
            is_monotonic: true
        })),
        (points(histogram_point), 0..3).prop_map(|(data_points, aggregation_temporality)| {
            Data::Histogram(Histogram { data_points, aggregation_temporality })
        }),
        (points(exponential_point), 0..3).prop_map(|(data_points, aggregation_temporality)| {
            Data::ExponentialHistogram(ExponentialHistogram { data_points, aggregation_temporality })
        }),
        points(summary_point).prop_map(|data_points| Data::Summary(Summary { data_points })),
    ]
}

prop_compose! {
    fn metric()(name in text(), description in text(), unit in "[ab]{0,1}", data in prop::option::of(data()), metadata in attributes())
        -> Metric {
        Metric { name, description, unit, data, metadata }
    }
}

prop_compose! {
    fn scope_metrics()(scope in scope(), metrics in prop::collection::vec(metric(), 0..4), schema_url in schema_url())
        -> ScopeMetrics {
        ScopeMetrics { scope, metrics, schema_url }
    }
}

prop_compose! {
    fn resource_metrics()(resource in resource(), scope_metrics in prop::collection::vec(scope_metrics(), 0..3), schema_url in schema_url())
        -> ResourceMetrics {
        ResourceMetrics { resource, scope_metrics, schema_url }
    }
}

fn request() -> impl Strategy<Value = ExportMetricsServiceRequest> {
    prop::collection::vec(resource_metrics(), 0..3)
        .prop_map(|resource_metrics| ExportMetricsServiceRequest { resource_metrics })
}

/// What a matcher looks at.
#[derive(Debug, Clone)]
enum Matcher {
    Shared(Shared),
    Name(String),
    Description(String),
    HasUnit,
    Type(i32),
    Temporality(i32),
    Point(Attribute),
}

fn matcher() -> impl Strategy<Value = Matcher> {
    prop_oneof![
        1 => shared().prop_map(Matcher::Shared),
        1 => "[ab]".prop_map(Matcher::Name),
        1 => "[ab]".prop_map(Matcher::Description),
        1 => Just(Matcher::HasUnit),
        1 => (1..6).prop_map(Matcher::Type),
        1 => (1..3).prop_map(Matcher::Temporality),
        3 => attribute().prop_map(Matcher::Point),
    ]
}

#[derive(Debug, Clone)]
struct Policy {
    /// With whether each is negated.
    matchers: Vec<(Matcher, bool)>,
    keep: bool,
}

fn policies() -> impl Strategy<Value = Vec<Policy>> {
    let matchers = prop::collection::vec((matcher(), prop::bool::weighted(0.2)), 1..3);
    let policy = (matchers, prop::bool::weighted(0.2)).prop_map(|(matchers, keep)| Policy { matchers, keep });
    prop::collection::vec(policy, 1..5)
}

fn document(policies: &[Policy]) -> Value {
    let policy = |(index, policy): (usize, &Policy)| {
        let matchers = policy.matchers.iter().map(|(matcher, negate)| negated(matcher.json(), *negate));
        json!({"id": format!("p{index}"), "metric": {"match": matchers.collect::<Vec<_>>(), "keep": policy.keep}})
    };
    policies.iter().enumerate().map(policy).collect()
}

impl Matcher {
    fn json(&self) -> Value {
        match self {
            Self::Shared(shared) => shared.matcher("metric_field"),
            Self::Name(text) => json!({"metric_field": "name", "contains": text}),
            Self::Description(text) => json!({"metric_field": "description", "contains": text}),
            Self::HasUnit => json!({"metric_field": "unit", "exists": true}),
            Self::Type(number) => json!({"metric_type": number}),
            Self::Temporality(number) => json!({"aggregation_temporality": number}),
            Self::Point(attribute) => attribute.matcher("datapoint_attribute"),
        }
    }

    fn holds(&self, around: Around<'_>, metric: &Metric, point: &[KeyValue]) -> bool {
        match self {
            Self::Shared(shared) => shared.holds(around),
            Self::Name(text) => metric.name.contains(text),
            Self::Description(text) => metric.description.contains(text),
            Self::HasUnit => !metric.unit.is_empty(),
            Self::Type(number) => kind(metric).0 == *number,
            Self::Temporality(number) => kind(metric).1 == *number,
            Self::Point(attribute) => attribute.is_in(point),
        }
    }
}

/// Type and temporality of a metric; zero if it has none.
fn kind(metric: &Metric) -> (i32, i32) {
    match &metric.data {
        None => (0, 0),
        Some(Data::Gauge(_)) => (1, 0),
        Some(Data::Sum(sum)) => (2, sum.aggregation_temporality),
        Some(Data::Histogram(histogram)) => (3, histogram.aggregation_temporality),
        Some(Data::ExponentialHistogram(histogram)) => (4, histogram.aggregation_temporality),
        Some(Data::Summary(_)) => (5, 0),
    }
}

impl Policy {
    fn is_about_points(&self) -> bool {
        self.matchers.iter().any(|(matcher, _)| matches!(matcher, Matcher::Point(_)))
    }

    fn drops(&self, around: Around<'_>, metric: &Metric, point: &[KeyValue]) -> bool {
        let holds = |(matcher, negate): &(Matcher, bool)| matcher.holds(around, metric, point) != *negate;
        !self.keep && self.matchers.iter().all(holds)
    }
}

/// Records left and dropped.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    kept: u64,
    dropped: u64,
}

/// What the policies leave of a request.
fn filter(request: &mut ExportMetricsServiceRequest, policies: &[Policy]) -> Counts {
    let mut counts = Counts::default();
    request.resource_metrics.retain_mut(|resource| {
        let ResourceMetrics { resource, scope_metrics, schema_url: resource_url } = resource;
        let came = scope_metrics.len();
        scope_metrics.retain_mut(|scope| {
            let ScopeMetrics { scope, metrics, schema_url } = scope;
            let (resource, scope) = (resource.as_ref(), scope.as_ref());
            let around = Around { resource, resource_url, scope, scope_url: schema_url };
            let came = metrics.len();
            metrics.retain_mut(|metric| filter_metric(metric, around, policies, &mut counts));
            came == 0 || !metrics.is_empty()
        });
        came == 0 || !scope_metrics.is_empty()
    });
    counts
}

fn filter_metric(metric: &mut Metric, around: Around<'_>, policies: &[Policy], counts: &mut Counts) -> bool {
    let original = metric.clone();
    let (about_points, about_metrics): (Vec<&Policy>, Vec<&Policy>) =
        policies.iter().partition(|policy| policy.is_about_points());
    let keeps = |attributes: &Vec<KeyValue>| {
        !about_points.iter().any(|policy| policy.drops(around, &original, attributes))
    };
    let is_dropped = about_metrics.iter().any(|policy| policy.drops(around, &original, &[]));
    let (came, left) = match &mut metric.data {
        None => (0, 0),
        Some(Data::Gauge(Gauge { data_points }) | Data::Sum(Sum { data_points, .. })) => {
            retain(data_points, |point| keeps(&point.attributes))
        }
        Some(Data::Histogram(data)) => retain(&mut data.data_points, |point| keeps(&point.attributes)),
        Some(Data::ExponentialHistogram(data)) => {
            retain(&mut data.data_points, |point| keeps(&point.attributes))
        }
        Some(Data::Summary(data)) => retain(&mut data.data_points, |point| keeps(&point.attributes)),
    };
    let left = if is_dropped { 0 } else { left };
    let stays = !is_dropped && (came == 0 || left > 0);
    // A metric without data points counts as one.
    counts.kept += if came == 0 { u64::from(stays) } else { left };
    counts.dropped += if came == 0 { u64::from(!stays) } else { came - left };
    stays
}

/// How many came and how many are left.
fn retain<P>(points: &mut Vec<P>, keeps: impl Fn(&P) -> bool) -> (u64, u64) {
    let came = points.len() as u64;
    points.retain(keeps);
    (came, points.len() as u64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_of_metrics_is_what_their_policies_leave(request in request(), policies in policies()) {
        let mut expected = request.clone();
        let counts = filter(&mut expected, &policies);
        for (name, filter, body) in request.spellings() {
            let mut worker = crate::worker(document(&policies).to_string().as_bytes());
            let filtered = crate::filter(filter, &body, &mut worker);
            let records = filtered.records;
            prop_assert_eq!(&Counts { kept: records.kept, dropped: records.dropped }, &counts, "{}", name);
            prop_assert_eq!(records.rewritten, 0);
            prop_assert_eq!(&request.after(name, filtered.outcome), &expected, "{}", name);
        }
    }

    #[test]
    fn another_spelling_of_metrics_changes_nothing(request in request(), policies in policies()) {
        crate::spelling::check(&request, &document(&policies))?;
    }

    #[test]
    fn damaged_metrics_are_never_taken_for_something_else(request in request(), policies in policies(), damage in damage()) {
        crate::damage::check(&request, &document(&policies), &damage)?;
    }
}
