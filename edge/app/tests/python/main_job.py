"""The main job with a real client: OpenTelemetry's own SDK sends logs through edge to an intake on loopback.

usage: main_job.py EDGE

What arrives is compared with what was sent, record by record, and edge's own counters with both. Exits 0 if
everything agrees, else says what does not.
"""
import gzip
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

RECORDS = 2000
BATCH = 64
EMAIL = re.compile(r"[a-z.]+@[a-z.]+")

POLICIES = r"""
policies:
  - id: drop-health-checks
    name: Probes say nothing
    log:
      match: [{log_attribute: url.path, exact: /healthz}]
      keep: none
  - id: drop-debug
    name: Debug lines are for development
    log:
      match: [{log_field: severity_text, exact: DEBUG}]
      keep: none
  - id: redact-email
    name: Addresses stay here
    log:
      match: [{log_field: body, regex: "[a-z.]+@[a-z.]+"}]
      transform: {redact: [{log_field: body, regex: "[a-z.]+@[a-z.]+", replacement: "[EMAIL]"}]}
"""


def kind_of(index):
    """What becomes of a record, by its number. A run of plain ones makes whole batches that nothing touches."""
    if 640 <= index < 1024 or index >= 1900:
        return "plain"
    return ("health", "plain", "debug", "email", "plain", "odd", "plain")[index % 7]


def record(index):
    kind = kind_of(index)
    attributes = {"test.index": index}
    severity, body = SeverityNumber.INFO, f"order {index} accepted"
    if kind == "health":
        attributes["url.path"] = "/healthz"
        body = "GET /healthz 200"
    elif kind == "debug":
        severity, body = SeverityNumber.DEBUG, f"cache miss {index}"
    elif kind == "email":
        body = f"login of ada.lovelace@example.org, order {index}, Zürich ☕"
    elif kind == "odd":
        severity = SeverityNumber.WARN
        body = {"nested": {"list": [1, 2.5, True, "ä"], "none": "x"}, "big": 2**62}
        attributes.update({"double": 0.1, "flags": [True, False], "empty": ""})
    return LogRecord(
        timestamp=1_700_000_000_000_000_000 + index,
        observed_timestamp=1_700_000_001_000_000_000 + index,
        severity_number=severity,
        severity_text=severity.name,
        body=body,
        attributes=attributes,
        event_name="test.event" if kind == "odd" else None,
    )


class Recorder(requests.Session):
    """What the SDK really sends."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def send(self, request, **options):
        response = super().send(request, **options)
        self.sent.append((request.headers.get("Content-Encoding"), request.body, response.status_code))
        return response


class Intake(BaseHTTPRequestHandler):
    """The backend: keeps what arrives."""

    protocol_version = "HTTP/1.1"
    arrived = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Intake.arrived.append((self.headers.get("Content-Encoding"), body, self.path))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Edge:
    """The binary under test, on a port of its own choice."""

    def __init__(self, binary, intake, folder):
        (folder / "policies.yaml").write_text(POLICIES)
        config = {
            "listen_port": 0,
            "upstream_url": f"http://127.0.0.1:{intake}",
            "policy_providers": [{"id": "test", "type": "file", "path": str(folder / "policies.yaml")}],
        }
        (folder / "config.json").write_text(json.dumps(config))
        self.process = subprocess.Popen(
            [binary, str(folder / "config.json")], stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.lines = []
        port = self.until(r"edge\.server\.ready.*server\.port=(\d+)")
        self.url = f"http://127.0.0.1:{port}"
        threading.Thread(target=self.lines.extend, args=(self.process.stderr,), daemon=True).start()
        while self.get("/_ready")[0] != 200:
            pass

    def until(self, pattern):
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        raise SystemExit("edge did not start:\n" + "".join(self.lines))

    def get(self, path, accept="*/*"):
        request = urllib.request.Request(self.url + path, headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def send(edge):
    """Everything through the SDK, once plain and once compressed. Returns what went over the wire."""
    wire = []
    for compression, indices in (
        (Compression.NoCompression, range(0, RECORDS // 2)),
        (Compression.Gzip, range(RECORDS // 2, RECORDS)),
    ):
        session = Recorder()
        exporter = OTLPLogExporter(edge.url + "/v1/logs", session=session, compression=compression)
        provider = LoggerProvider(resource=Resource.create({"service.name": "shop", "service.version": "1.2"}))
        provider.add_log_record_processor(
            BatchLogRecordProcessor(exporter, max_queue_size=RECORDS, max_export_batch_size=BATCH)
        )
        logger = provider.get_logger("test", "0.1")
        for index in indices:
            logger.emit(record(index))
        provider.shutdown()
        wire += session.sent
    return wire


def decoded(encoding, body):
    return ExportLogsServiceRequest.FromString(gzip.decompress(body) if encoding == "gzip" else body)


def records(requests_):
    """Every record with its resource and scope, by number."""
    out = {}
    for encoding, body, _ in requests_:
        for resource in decoded(encoding, body).resource_logs:
            for scope in resource.scope_logs:
                check(len(scope.log_records) > 0, "an emptied scope arrived")
                for item in scope.log_records:
                    index = next(a.value.int_value for a in item.attributes if a.key == "test.index")
                    check(index not in out, f"record {index} arrived twice")
                    out[index] = (resource.resource, resource.schema_url, scope.scope, scope.schema_url, item)
    return out


def expected(sent):
    """What must be left of what was sent."""
    out = {}
    for index, (*context, item) in sent.items():
        kind = kind_of(index)
        if kind in ("health", "debug"):
            continue
        if kind == "email":
            changed = type(item)()
            changed.CopyFrom(item)
            changed.body.string_value = EMAIL.sub("[EMAIL]", item.body.string_value)
            item = changed
        out[index] = (*context, item)
    return out


def check(truth, message):
    if not truth:
        raise SystemExit(f"FAILED: {message}")


def agree(what, got, want):
    check(got == want, f"{what}: got {got}, want {want}")


def compare_records(wire):
    agree("answers to the SDK", {status for *_, status in wire}, {200})
    sent, got = records(wire), records(Intake.arrived)
    agree("records sent", len(sent), RECORDS)
    want = expected(sent)
    agree("numbers of the records that arrived", sorted(got), sorted(want))
    for index, item in want.items():
        agree(f"record {index}", got[index], item)


def compare_bodies(wire):
    """A body that no policy touches arrives as it was sent, byte for byte, in its encoding."""
    arrived = {(encoding, body) for encoding, body, _ in Intake.arrived}
    untouched = [
        (encoding, body)
        for encoding, body, status in wire
        if all(kind_of(index) in ("plain", "odd") for index in records([(encoding, body, status)]))
    ]
    agree("encodings with an untouched body", {encoding for encoding, _ in untouched}, {None, "gzip"})
    for body in untouched:
        check(body in arrived, "an untouched body arrived changed")
    agree("paths", {path for *_, path in Intake.arrived}, {"/v1/logs"})


def counted(families):
    """Records of logs by what was decided about them."""
    out = {}
    for family in families:
        for sample in family.samples:
            outcome = re.fullmatch("edge_records_(kept|dropped|rewritten)_total", sample.name)
            if outcome and sample.labels["signal"] == "log":
                out[outcome.group(1)] = sample.value
    return out


def compare_counters(edge):
    kinds = [kind_of(index) for index in range(RECORDS)]
    dropped, redacted = kinds.count("health") + kinds.count("debug"), kinds.count("email")
    want = {"kept": RECORDS - dropped - redacted, "dropped": dropped, "rewritten": redacted}
    _, text = edge.get("/_edge/metrics")
    agree("records in the text format", counted(parse_text(text)), want)
    _, text = edge.get("/_edge/metrics", "application/openmetrics-text; version=1.0.0")
    agree("records in OpenMetrics", counted(parse_openmetrics(text)), want)
    report = json.loads(edge.get("/_edge/policies", "application/json")[1])
    hits = {policy["id"]: policy["hits"] for policy in report["policies"]}
    agree(
        "hits by policy",
        hits,
        {
            "drop-health-checks": kinds.count("health"),
            "drop-debug": kinds.count("debug"),
            "redact-email": redacted,
        },
    )
    agree("rejected policies", report["rejected"], [])
    saved = {policy["id"]: policy["bytes_saved"] > 0 for policy in report["policies"]}
    agree("policies that save bytes", saved, {"drop-health-checks": True, "drop-debug": True, "redact-email": False})
    return want


def main():
    intake = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    threading.Thread(target=intake.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        edge = Edge(sys.argv[1], intake.server_address[1], pathlib.Path(folder))
        try:
            wire = send(edge)
            compare_records(wire)
            compare_bodies(wire)
            want = compare_counters(edge)
            agree("exit code", edge.stop(), 0)
        finally:
            edge.process.kill()
    print(f"ok: {RECORDS} records sent by the SDK, {want}")


if __name__ == "__main__":
    main()
