//! Bodies of metrics that are legal and unusual, and bodies that are not.

use edge_protocol::{MetricsJson, MetricsProtobuf, Outcome};

use crate::wire::{check_by, fails_open_by, message};

/// Drops the points whose `k` is `x`, of delta sums whose name has an `m`.
const DROP_X: &[u8] = br#"[{"id":"p","metric":{"match":[{"metric_field":"name","contains":"m"},{"aggregation_temporality":"delta"},
    {"datapoint_attribute":["k"],"exact":"x"}],"keep":false}}]"#;

/// Wraps metrics, or what stands for them, in a scope and a resource.
fn json(metrics: &str) -> String {
    format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{metrics}]}}]}}]}}"#)
}

#[track_caller]
fn check_json(metrics: &str, expected: &str) {
    check_by(DROP_X, &MetricsJson, json(metrics).as_bytes(), json(expected).as_bytes());
}

const X: &str = r#"{"attributes":[{"key":"k","value":{"stringValue":"x"}}],"asDouble":"NaN"}"#;
const Y: &str = r#"{"asInt" : "1", "asDouble":1e400, "asInt":2}"#;

#[test]
fn json_around_a_dropped_point_stands() {
    check_json(
        &format!(
            r#" {{"name":"m","sum":{{"dataPoints":[ {X} , {Y}, {X}	,{X} ],"aggregationTemporality":1}} ,"new":{{}}}} "#
        ),
        &format!(r#" {{"name":"m","sum":{{"dataPoints":[ {Y} ],"aggregationTemporality":1}} ,"new":{{}}}} "#),
    );
}

#[test]
fn json_members_of_a_metric_may_come_in_any_order_and_either_spelling() {
    for (temporality, name) in [
        ("1", "aggregationTemporality"),
        ("\"1\"", "aggregation_temporality"),
        ("\"AGGREGATION_TEMPORALITY_DELTA\"", "aggregationTemporality"),
        ("1.0", "aggregationTemporality"),
    ] {
        let metric = |points: &str| {
            format!(r#"{{"sum":{{"data_points":[{points}],"{name}":{temporality}}},"name":"\u006d"}}"#)
        };
        check_json(&metric(&format!("{X},{Y}")), &metric(Y));
    }
    let metric = |points: &str| {
        format!(
            r#"{{"name":"m","exponential_histogram":{{"aggregationTemporality":1,"dataPoints":[{points}]}}}}"#
        )
    };
    check_json(&metric(&format!("{Y},{X}")), &metric(Y));
}

#[test]
fn json_nulls_of_a_metric_are_absent() {
    for metric in [
        r#"{"name":null,"unit":null,"sum":null,"gauge":null}"#,
        r#"{"name":"m","gauge":null,"sum":{"dataPoints":null,"aggregationTemporality":1},"histogram":null}"#,
        r#"{"name":"m","sum":{"dataPoints":[{"attributes":null,"asInt":null}],"aggregationTemporality":1}}"#,
        r#"{"name":"m","sum":{"dataPoints":[{}],"aggregationTemporality":null}}"#,
        "{}",
    ] {
        check_json(metric, metric);
    }
}

#[test]
fn json_metrics_that_are_not_understood_are_left_whole() {
    let points = |points: &str| {
        format!(r#"{{"name":"m","sum":{{"aggregationTemporality":1,"dataPoints":{points}}}}}"#)
    };
    let dropped = points(&format!("[{X}]"));
    for second in [
        r#"{"name":"m","sum":{"dataPoints":[]},"gauge":{"dataPoints":[]}}"#.to_owned(),
        r#"{"name":"m","sum":{"dataPoints":[],"dataPoints":[]}}"#.to_owned(),
        r#"{"name":"m","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_NEW"}}"#.to_owned(),
        r#"{"name":5}"#.to_owned(),
        r#"{"name":"m","sum":[]}"#.to_owned(),
        points("[1]"),
        points("[null]"),
        points("{}"),
        points(r#"[{"attributes":[{"key":"k","value":{"intValue":"x"}}]}]"#),
        "null".to_owned(),
    ] {
        let body = json(&format!("{dropped},{second}"));
        assert!(fails_open_by(DROP_X, &MetricsJson, body.as_bytes()), "{body}");
    }
}

#[test]
fn metrics_that_lost_all_points_empty_the_batch_and_those_without_do_not() {
    let lost = |filter, body: &[u8]| crate::filter(filter, body, &mut crate::worker(DROP_X)).outcome;
    let metric = format!(r#"{{"name":"m","sum":{{"dataPoints":[{X},{X}],"aggregationTemporality":1}}}}"#);
    assert_eq!(lost(&MetricsJson, json(&metric).as_bytes()), Outcome::Emptied);
    assert_eq!(lost(&MetricsProtobuf, &request(&metric_of(&[&x()]))), Outcome::Emptied);
    for metric in [r#"{"name":"m","sum":{"dataPoints":[],"aggregationTemporality":1}}"#, r#"{"name":"m"}"#] {
        check_json(metric, metric);
    }
    check(&metric_of(&[]), &metric_of(&[]));
}

/// A point of those to drop, and one of the others; with fields of a later version.
fn x() -> Vec<u8> {
    let attribute = message(&[(1, b"k"), (2, &message(&[(1, b"x")])), (90, b"new")]);
    message(&[(91, b"new"), (7, &attribute)])
}

fn y(padding: usize) -> Vec<u8> {
    message(&[(92, &b"y".repeat(padding)), (93, b"new")])
}

/// A delta sum whose name comes last, with fields of a later version around.
fn metric_of(points: &[&[u8]]) -> Vec<u8> {
    let points = points.iter().map(|point| (1, *point)).collect::<Vec<_>>();
    let mut data = [message(&[(94, b"new")]), message(&points)].concat();
    data.extend([0x10, 0x01]);
    message(&[(95, b"new"), (7, &data), (12, b""), (1, b"m")])
}

fn request(metric: &[u8]) -> Vec<u8> {
    message(&[(1, &message(&[(2, &message(&[(2, metric), (96, b"new")]))]))])
}

#[track_caller]
fn check(metric: &[u8], expected: &[u8]) {
    check_by(DROP_X, &MetricsProtobuf, &request(metric), &request(expected));
}

#[test]
fn protobuf_around_a_dropped_point_stands() {
    check(&metric_of(&[&x(), &y(1), &x(), &y(2), &x()]), &metric_of(&[&y(1), &y(2)]));
}

#[test]
fn protobuf_lengths_of_metrics_of_any_size_are_fixed_up() {
    for padding in [0, 60, 80, 90, 100, 110, 127, 128, 16_270, 16_300, 16_400] {
        check(&metric_of(&[&y(padding), &x()]), &metric_of(&[&y(padding)]));
    }
}

#[test]
fn protobuf_lengths_may_be_longer_than_they_must() {
    let mut data = message(&[(1, &x()), (1, &y(1))]);
    data.extend([0x10, 0x01]);
    let mut metric = message(&[(1, b"m")]);
    metric.extend([0xba, 0x80, 0x00, 0x80 | data.len() as u8, 0x80, 0x00]);
    metric.extend(&data);
    let mut left = message(&[(1, &y(1))]);
    left.extend([0x10, 0x01]);
    check(&metric, &message(&[(1, b"m"), (7, &left)]));
}

#[test]
fn protobuf_metrics_that_are_not_understood_are_left_whole() {
    let whole = request(&metric_of(&[&x(), &y(1)]));
    for end in 1..whole.len() {
        assert!(fails_open_by(DROP_X, &MetricsProtobuf, &whole[..end]), "cut at {end}");
    }
    let point = message(&[(1, &x())]);
    for metric in [
        // Two types, and two halves of one.
        message(&[(1, b"m"), (7, &point), (5, &point)]),
        message(&[(1, b"m"), (7, &point), (7, &point)]),
        message(&[(1, b"m"), (7, b"\x08\x01\x10\x01")]),
        [message(&[(1, b"m")]), vec![0x38, 0x01]].concat(),
        message(&[(1, b"m"), (7, &message(&[(2, b"delta")]))]),
    ] {
        let body = [request(&metric_of(&[&x()])), request(&metric)].concat();
        assert!(fails_open_by(DROP_X, &MetricsProtobuf, &body), "{metric:x?}");
    }
}

#[test]
fn metrics_count_by_their_points_whoever_decided() {
    const WHOLE: &[u8] =
        br#"[{"id":"p","metric":{"match":[{"metric_field":"name","exact":"m"}],"keep":false}}]"#;
    let two = |name: &str| format!(r#"{{"name":"{name}","gauge":{{"dataPoints":[{Y},{Y}]}}}}"#);
    let body = json(&[two("m"), two("n"), r#"{"name":"m"}"#.into(), r#"{"name":"n"}"#.into()].join(","));
    let records = crate::filter(&MetricsJson, body.as_bytes(), &mut crate::worker(WHOLE)).records;
    assert_eq!((records.kept, records.dropped), (3, 3));
    assert_eq!(records.dropped_bytes, (two("m").len() + r#"{"name":"m"}"#.len()) as u64);
}
