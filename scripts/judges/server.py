"""A real Prometheus as the judge: it scrapes both texts and answers queries."""

import json
import math
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import expected as expectation
from expected import labels_of, sanitized
from texts import check, is_same

# Scrapes come every second; the rest of this is patience with a busy machine.
PATIENCE_SECONDS = 60
QUANTILES = [0.5, 0.9, 0.99]
# What the server says of every scrape, and the one metric that grows meanwhile.
OWN = re.compile("up|scrape_.*|exposition_scrapes_(total|created)")


class Server:
    """Runs until the end of the `with` block, however that ends."""

    def __init__(self, folder, target):
        self.folder, self.target = folder, target

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        targets = [{"targets": [self.target.removeprefix("http://")]}]
        jobs = [
            {"job_name": "open_metrics", "static_configs": targets},
            {"job_name": "text", "metrics_path": "/text", "static_configs": targets},
        ]
        # JSON is YAML.
        config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": jobs}
        (self.folder / "prometheus.yml").write_text(json.dumps(config))
        self.log = self.folder / "log"
        with self.log.open("wb") as log:
            arguments = [
                "prometheus",
                f"--config.file={self.folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.folder / 'data'}",
                f"--web.listen-address={self.address}",
                "--enable-feature=exemplar-storage",
            ]
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, path, **parameters):
        """What an endpoint of its HTTP API answers."""
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(url, error.read()) from None

    def query(self, query):
        """The values of an instant query by their labels."""
        result = self.ask("query", query=query)["result"]
        return {frozenset(series["metric"].items()): float(series["value"][1]) for series in result}

    def eventually(self, judge, *arguments):
        """Judges again and again until nothing is wrong, or there has been time enough."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return judge(self, *arguments)
            except Exception:
                # Also connections that it does not take yet.
                if time.monotonic() > deadline or self.process.poll() is not None:
                    print(self.log.read_text())
                    raise
            time.sleep(0.1)


def judge(server, expected, open_metrics, text):
    """Compares what was stored with what the parsers read, and answers with what was recorded."""
    families = expectation.families(expected)
    server.eventually(judge_stored, "open_metrics", open_metrics)
    server.eventually(judge_stored, "text", text)
    server.eventually(judge_metadata, open_metrics)
    server.eventually(judge_exemplars, open_metrics)
    server.eventually(judge_sum, families["exposition_till_orders"])
    server.eventually(judge_rate)
    server.eventually(judge_target, expected["resource"])
    server.eventually(judge_starts, expected["started"])
    for family in families.values():
        if family.type == "histogram" and len(family.recorded()) > 100:
            server.eventually(judge_quantiles, family)
    complaints = [line for line in server.log.read_text().splitlines() if "level=info" not in line.lower()]
    # Each release words the ones that are no complaints in its own way.
    complaints = [line for line in complaints if re.search("scrape|append|sample|exemplar", line, re.IGNORECASE)]
    check(not complaints, complaints)


def without_le(labels):
    """Labels with the bound of a bucket as a number: releases differ in how they write it."""
    return frozenset((key, float(value) if key == "le" else value) for key, value in labels)


def judge_stored(server, job, parsed):
    """Every sample that a parser read is stored with its value, and nothing else is."""
    samples = [sample for family in parsed for sample in family.samples]
    samples = [sample for sample in samples if not OWN.fullmatch(sample.name)]
    want = {without_le(labels_of(it.labels, __name__=it.name)): it.value for it in samples}
    stored = server.query(f'{{job="{job}"}}')
    got = {}
    for labels, value in stored.items():
        labels = {key: value for key, value in labels if key not in ("job", "instance")}
        if not OWN.fullmatch(labels["__name__"]):
            got[without_le(labels.items())] = value
    check(got.keys() == want.keys(), job, "series", sorted(map(str, got.keys() ^ want.keys()))[:10])
    for key, value in want.items():
        # It keeps floats.
        check(is_same(got[key], float(value)), job, key, f"is {got[key]!r}, not {value!r}")
    (scraped,) = server.query(f'scrape_samples_scraped{{job="{job}"}}').values()
    check(scraped == sum(len(family.samples) for family in parsed), job, f"{scraped} samples were scraped")


def judge_metadata(server, parsed):
    """Type, help and unit of each family."""
    metadata = server.ask("metadata")
    for family in parsed:
        want = {"type": family.type, "help": family.documentation, "unit": family.unit}
        # The other job's come from the older text.
        check(want in metadata.get(family.name, []), family.name, metadata.get(family.name), want)


def judge_exemplars(server, parsed):
    """Every exemplar that a parser read is stored, and no other."""
    samples = [sample for family in parsed for sample in family.samples if sample.exemplar]
    want = {
        (without_le(labels_of(it.labels, __name__=it.name)), frozenset(it.exemplar.labels.items()), it.exemplar.value)
        for it in samples
    }
    around = {"start": time.time() - 3600, "end": time.time() + 60}
    got = set()
    for name in {sample.name for sample in samples}:
        for series in server.ask("query_exemplars", query=name, **around):
            labels = {key: value for key, value in series["seriesLabels"].items() if key not in ("job", "instance")}
            for exemplar in series["exemplars"]:
                key = frozenset(exemplar["labels"].items())
                got.add((without_le(labels.items()), key, float(exemplar["value"])))
    check(want and got == want, "exemplars", list(got ^ want)[:4])


def judge_sum(server, family):
    """Adds up over a label whose values need every escape."""
    label = sanitized("exposition.place.name")
    want = {}
    for labels, series in family.series.items():
        of_label = frozenset((key, value) for key, value in labels if key == label)
        want[of_label] = want.get(of_label, 0) + sum(series["values"])
    got = server.query(f'sum by ({label}) ({family.name}_total{{job="open_metrics"}})')
    check(got == {labels: float(value) for labels, value in want.items()}, got, want)


def judge_rate(server):
    for rated in ["exposition_scrapes_total", 'exposition_scrapes_total{job="text"}']:
        rates = server.query(f"rate({rated}[10s])")
        check(rates and all(rate > 0 for rate in rates.values()), "rates", rates)


def judge_target(server, resource):
    """What emits them joins what they say."""
    label = sanitized("service.version")
    query = f'sum by ({label}) (exposition_scrapes_total{{job="open_metrics"}}'
    got = server.query(f"{query} * on (job, instance) group_left ({label}) target_info)")
    check([dict(labels) for labels in got] == [{label: resource["service.version"]}], got)


def judge_starts(server, started):
    """The times at which series began are series."""
    got = server.query('{__name__=~".+_created", job="open_metrics"}')
    check(got and all(started - 0.001 <= value <= time.time() for value in got.values()), got)


def judge_quantiles(server, family):
    """A quantile over all series lies in the bucket of the true one."""
    values = sorted(family.recorded())
    bounds = server.query(f'sum by (le) ({family.name}_bucket{{job="open_metrics"}})')
    bounds = sorted(float(dict(labels)["le"]) for labels in bounds)
    for quantile in QUANTILES:
        query = f'histogram_quantile({quantile}, sum by (le) ({family.name}_bucket{{job="open_metrics"}}))'
        (got,) = server.query(query).values()
        true = values[math.ceil(quantile * len(values)) - 1]
        at = next(index for index, bound in enumerate(bounds) if true <= bound)
        lower = bounds[at - 1] if at else 0.0
        check(lower <= got <= bounds[at], family.name, f"{quantile} is {got}, truly {true}")
