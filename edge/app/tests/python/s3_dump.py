"""The dump extension against a server that speaks S3: what is sent through edge is compared with what is stored.

usage: s3_dump.py EDGE

Exits 0 if everything agrees, else says what does not.
"""
import gzip
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import boto3
from moto.server import ThreadedMotoServer
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PATIENCE = 60
BATCHES = 20
SECRET = "not-to-be-told"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "eu-west-1"}

EVERYTHING = {"target": {"kind": "s3", "name": "all"}}
DROPPED = {"target": {"kind": "s3", "name": "dropped"}}
LATE = {"target": {"kind": "s3", "name": "late"}}
NOWHERE = {"target": {"kind": "s3", "name": "nowhere"}}


def extension(mode, config, kind="com.usetero/s3-dump"):
    return {"type": kind, "version": "1.0.0", "mode": mode, "config": config}


POLICIES = {
    "policies": [
        {
            "id": "logs",
            "name": "logs",
            "log": {
                "match": [{"log_field": "body", "starts_with": "drop"}],
                "keep": "none",
            },
            "extensions": [extension("all", EVERYTHING), extension("dropped", DROPPED)],
        },
        {
            "id": "metrics",
            "name": "metrics",
            "metric": {"match": [{"metric_field": "name", "starts_with": "drop"}], "keep": False},
            "extensions": [extension("all", EVERYTHING), extension("matched", DROPPED)],
        },
        {
            "id": "spans",
            "name": "spans",
            "trace": {"match": [{"trace_field": "name", "starts_with": "drop"}], "keep": {"percentage": 0}},
            "extensions": [extension("all", EVERYTHING), extension("kept", LATE), extension("unmatched", LATE)],
        },
        {
            "id": "flawed",
            "name": "flawed",
            "log": {"match": [{"log_field": "body", "exact": "nothing is like this"}]},
            "extensions": [extension("all", {}, "com.example/other"), extension("all", NOWHERE)],
        },
    ]
}


class Edge:
    """The binary under test, on a port of its own choice."""

    def __init__(self, binary, s3, folder):
        def target(name, **more):
            return {"kind": "s3", "name": name, "bucket": f"bucket-{name}", "endpoint": s3, **more}

        (folder / "policies.json").write_text(json.dumps(POLICIES))
        config = {
            "listen_port": 0,
            "policy_providers": [{"id": "test", "type": "file", "path": "policies.json"}],
            "extensions": {
                "targets": [
                    target("all", prefix="edge/", max_object_age="500ms", max_object_bytes="2KiB"),
                    target("dropped", compression="gzip", max_object_age="1h"),
                    target("late", compression="none", max_object_age="100ms"),
                ]
            },
        }
        (folder / "config.json").write_text(json.dumps(config))
        self.process = subprocess.Popen(
            [binary, str(folder / "config.json")],
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, **KEYS},
        )
        self.lines = []
        port = self.until(r"edge\.server\.ready.*server\.port=(\d+)")
        self.url = f"http://127.0.0.1:{port}"
        self.reader = threading.Thread(target=self.lines.extend, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        wait("readiness", lambda: self.get("/_ready")[0] == 200)

    def until(self, pattern):
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        raise SystemExit("edge did not start:\n" + "".join(self.lines))

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def post(self, path, content_type, body):
        request = urllib.request.Request(self.url + path, data=body, headers={"Content-Type": content_type})
        with urllib.request.urlopen(request, timeout=10) as response:
            agree(f"answer to {path}", response.status, 200)

    def counted(self, name):
        """The counter's value by target."""
        found = re.findall(rf"^{name}_total\{{(.*)\}} (\d+)$", self.get("/_edge/metrics")[1], re.M)
        out = {}
        for labels, value in found:
            target = re.search(r'extension_target="s3/(\w+)"', labels).group(1)
            out[target] = out.get(target, 0) + int(value)
        return out

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        self.reader.join()
        return code


def check(truth, message):
    if not truth:
        raise SystemExit(f"FAILED: {message}")


def agree(what, got, want):
    check(got == want, f"{what}: got {got}, want {want}")


def wait(what, done):
    deadline = time.monotonic() + PATIENCE
    while not done():
        check(time.monotonic() < deadline, f"waited too long for {what}")
        time.sleep(0.02)


def names(batch):
    """Records of a batch, and what becomes of them."""
    return [f"drop {batch}", f"keep {batch} a", f"keep {batch} b"]


def resource():
    return {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}


def logs(batch):
    message = ExportLogsServiceRequest()
    scope = scope_of(message.resource_logs.add(), "scope_logs")
    for name in names(batch):
        record = scope.log_records.add(time_unix_nano=2**63 + batch, trace_id=bytes(range(16)))
        record.body.string_value = name
    return message


def metrics(batch):
    message = ExportMetricsServiceRequest()
    scope = scope_of(message.resource_metrics.add(), "scope_metrics")
    for name in names(batch):
        point = scope.metrics.add(name=name).gauge.data_points.add()
        point.as_int = -(2**62)
    return message


def traces(batch):
    message = ExportTraceServiceRequest()
    scope = scope_of(message.resource_spans.add(), "scope_spans")
    for name in names(batch):
        scope.spans.add(name=name, trace_id=bytes(range(16)), span_id=bytes(range(8)), kind=2)
    return message


def scope_of(group, scopes):
    attribute = group.resource.attributes.add(key="service.name")
    attribute.value.string_value = "shop"
    scope = getattr(group, scopes).add()
    scope.scope.name = "test"
    return scope


def json_logs(batch):
    """The same batch as a sender of JSON writes it, with lines of its own."""
    records = [{"timeUnixNano": str(2**63 + batch), "traceId": bytes(range(16)).hex(), "body": {"stringValue": name}}
               for name in names(batch)]
    group = {"resource": resource(), "scopeLogs": [{"scope": {"name": "test"}, "logRecords": records}]}
    return json.dumps({"resourceLogs": [group]}, indent=2).encode()


def send(edge):
    for batch in range(BATCHES):
        if batch % 2:
            edge.post("/v1/logs", "application/json", json_logs(batch))
        else:
            edge.post("/v1/logs", "application/x-protobuf", logs(batch).SerializeToString())
        edge.post("/v1/metrics", "application/x-protobuf", metrics(batch).SerializeToString())
        edge.post("/v1/traces", "application/x-protobuf", traces(batch).SerializeToString())


def record_of(signal_, line):
    """The one record of a line, with its name; the line is a whole request."""
    groups, scopes, records = {
        "logs": ("resourceLogs", "scopeLogs", "logRecords"),
        "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
        "traces": ("resourceSpans", "scopeSpans", "spans"),
    }[signal_]
    [group] = json.loads(line)[groups]
    agree("resource", group["resource"], resource())
    [scope] = group[scopes]
    agree("scope", scope["scope"]["name"], "test")
    [record] = scope[records]
    if signal_ == "logs":
        agree("trace id", record["traceId"], bytes(range(16)).hex())
        check(int(record["timeUnixNano"]) >= 2**63 and isinstance(record["timeUnixNano"], str), f"time of {line}")
        return record["body"]["stringValue"]
    if signal_ == "metrics":
        agree("value", record["gauge"]["dataPoints"], [{"asInt": str(-(2**62))}])
    else:
        agree("span", (record["spanId"], record["kind"]), (bytes(range(8)).hex(), 2))
    return record["name"]


def stored(s3, bucket, prefix, suffix):
    """Names of the records in a bucket by signal, and how many objects there are."""
    pattern = re.compile(
        re.escape(prefix) + r"(logs|metrics|traces)/\d{4}/\d\d/\d\d/\d\d/\d{8}T\d{9}Z-[0-9a-f]{16}\.ndjson" + suffix
    )
    out, objects = {}, 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            found = pattern.fullmatch(item["Key"])
            check(found, f"the name {item['Key']} in {bucket}")
            body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            text = (gzip.decompress(body) if suffix else body).decode()
            check(text.endswith("\n"), f"the end of {item['Key']}")
            lines = text.splitlines()
            out.setdefault(found.group(1), []).extend(record_of(found.group(1), line) for line in lines)
            objects += 1
    return {signal_: sorted(names_) for signal_, names_ in out.items()}, objects


def wanted(start):
    return sorted(name for batch in range(BATCHES) for name in names(batch) if name.startswith(start))


def run(binary, endpoint, folder):
    s3 = boto3.client(
        "s3", endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id="key", aws_secret_access_key=SECRET
    )
    place = {"LocationConstraint": "eu-west-1"}
    for bucket in ("bucket-all", "bucket-dropped"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    edge = Edge(binary, endpoint, folder)
    try:
        report = {row["id"]: row for row in json.loads(edge.get("/_edge/policies?format=json")[1])["policies"]}
        agree(
            "errors of the policy that is in force all the same",
            report["flawed"].get("errors"),
            [
                'extensions[0]: unknown type "com.example/other"',
                'extensions[1]: config: unknown target "nowhere" of kind "s3"',
            ],
        )
        check("errors" not in report["logs"], "a policy whose extensions are served has errors")
        send(edge)
        # A bucket that comes later gets everything all the same.
        wait("a failed attempt", lambda: edge.counted("edge_extension_failed_attempts").get("late", 0) > 0)
        s3.create_bucket(Bucket="bucket-late", CreateBucketConfiguration=place)
        everything = 3 * len(wanted(""))
        wait("everything", lambda: edge.counted("edge_extension_written").get("all") == everything)
        dispatched = {"all": everything, "dropped": 2 * len(wanted("drop")), "late": len(wanted("keep"))}
        agree("dispatched", edge.counted("edge_extension_dispatched"), dispatched)
        agree("dropped", sum(edge.counted("edge_extension_dropped").values()), 0)
        agree("written too early", edge.counted("edge_extension_written").get("dropped", 0), 0)
        agree("exit code", edge.stop(), 0)
    finally:
        edge.process.kill()
    check(SECRET not in "".join(edge.lines), "a secret was told")
    found, objects = stored(s3, "bucket-all", "edge/", "")
    agree("everything", found, dict.fromkeys(("logs", "metrics", "traces"), wanted("")))
    check(objects > 6, f"small objects are many, not {objects}")
    found, objects = stored(s3, "bucket-dropped", "", r"\.gz")
    agree("what was dropped", found, dict.fromkeys(("logs", "metrics"), wanted("drop")))
    agree("objects of what was dropped", objects, 2)
    found, _ = stored(s3, "bucket-late", "", "")
    agree("spans that were kept", found, {"traces": wanted("keep")})
    print(f"ok: {dispatched} records stored")


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with tempfile.TemporaryDirectory() as folder:
            run(sys.argv[1], f"http://{host}:{port}", pathlib.Path(folder))
    finally:
        server.stop()


if __name__ == "__main__":
    main()
