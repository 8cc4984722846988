"""Parses what `write_bodies` wrote with OpenTelemetry's own Python types, and looks at every value.

usage: check.py FOLDER
"""

import math
import pathlib
import sys

from google.protobuf import unknown_fields
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

CUMULATIVE = 2


def main(folder):
    check_metrics(parsed(folder / "metrics", ExportMetricsServiceRequest()))
    check_logs_and_spans(
        parsed(folder / "logs", ExportLogsServiceRequest()),
        parsed(folder / "traces", ExportTraceServiceRequest()),
    )
    print("OTLP: metrics, logs and traces are what OpenTelemetry's own types say")


def parsed(path, message):
    body = path.read_bytes()
    assert message.ParseFromString(body) == len(body), path
    expect_known(message)
    return message


def expect_known(message):
    """Nothing may be at a field number that the types do not have."""
    assert len(unknown_fields.UnknownFieldSet(message)) == 0, message
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            for each in value if field.is_repeated else [value]:
                expect_known(each)


def attributes(pairs):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def expect_resource(resource):
    assert attributes(resource.attributes) == {"service.name": "app"}, resource


def check_metrics(request):
    (of_resource,) = request.resource_metrics
    expect_resource(of_resource.resource)
    scopes = {scope.scope.name: scope for scope in of_resource.scope_metrics}
    metrics = {metric.name: metric for metric in scopes["app.server"].metrics}
    assert len(metrics) == 7, metrics.keys()
    for metric in metrics.values():
        assert metric.description and metric.unit, metric
        points = getattr(metric, metric.WhichOneof("data")).data_points
        routes = [attributes(point.attributes) for point in points]
        assert [route["http.route"] for route in routes] == ["/items", "/orders"], routes
        assert all(route["http.response.status_code"] == 200 for route in routes), routes
        assert all(0 < point.start_time_unix_nano <= point.time_unix_nano for point in points), points
        for point in points:
            check_point(metric, point)


def check_point(metric, point):
    name = metric.name.removeprefix("app.server.")
    kind = metric.WhichOneof("data")
    if name == "requests":
        assert metric.sum.is_monotonic and metric.sum.aggregation_temporality == CUMULATIVE, metric
        assert point.as_int == 3, point
    elif name == "active":
        assert kind == "sum" and not metric.sum.is_monotonic and point.as_int == -2, metric
    elif name == "kept":
        assert kind == "gauge" and point.as_double == 0.5, metric
    else:
        assert (point.count, point.sum) == (4, 200.75), point
        check_distribution(name, kind, point)


def check_distribution(name, kind, point):
    if name == "size":
        assert kind == "histogram" and (point.min, point.max) == (0.0, 200.0), point
        assert not point.bucket_counts and not point.explicit_bounds, point
    elif name == "records":
        assert list(point.explicit_bounds) == [1, 10, 100] and list(point.bucket_counts) == [3, 0, 0, 1], point
    else:
        assert kind == "exponential_histogram" and point.zero_count == 1, point
        counts = list(point.positive.bucket_counts)
        assert sum(counts) == 3 and counts[0] == 1, point
        # 0.25 is the upper bound of its bucket: index -2 * 2^scale - 1.
        assert point.positive.offset == -2 * 2**point.scale - 1, point
        if name == "wait":
            last = point.positive.offset + len(counts) - 1
            base = 2 ** (2**-point.scale)
            assert math.pow(base, last) < 200 <= math.pow(base, last + 1), point


def check_logs_and_spans(logs, traces):
    (of_resource,) = logs.resource_logs
    expect_resource(of_resource.resource)
    (scope,) = of_resource.scope_logs
    (record,) = scope.log_records
    (of_resource,) = traces.resource_spans
    expect_resource(of_resource.resource)
    ((span,),) = [scope.spans for scope in of_resource.scope_spans]
    assert (record.trace_id, record.span_id) == (span.trace_id, span.span_id), record
    assert (len(span.trace_id), len(span.span_id)) == (16, 8), span
    assert (record.severity_number, record.severity_text) == (13, "WARN"), record
    assert (record.event_name, record.body.string_value) == ("app.request.failed", "it failed"), record
    expected = {"attempt": 2, "share": 0.5, "fatal": False, "text": "ü" * 300}
    assert attributes(record.attributes) == expected, record
    assert (span.name, span.kind, span.status.code, span.status.message) == ("app.request", 2, 2, "it failed"), span
    assert span.start_time_unix_nano <= record.time_unix_nano <= span.end_time_unix_nano, span
    (event,) = span.events
    assert (event.name, attributes(event.attributes)) == ("app.retried", {"attempt": 2}), event
    (link,) = span.links
    assert link.span_id == span.span_id, link


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
