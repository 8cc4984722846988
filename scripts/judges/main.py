"""Has the exporters judged: by the parsers of the Python client, by promtool, and by a real Prometheus.

usage: main.py EXPOSITION
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import server
import texts

OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@contextlib.contextmanager
def running(program):
    """The address of a program that prints it; ends with the block."""
    process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def get(url, accept=None):
    """Body and media type. Newlines stay as they are: there is one way to end a line."""
    request = urllib.request.Request(url, headers={"accept": accept} if accept else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode(), answer.headers["content-type"]


def judge_texts(address):
    """Both texts, each with what was recorded when it was written."""
    parsed = []
    for accept, media in [(OPEN_METRICS, OPEN_METRICS), (None, TEXT)]:
        text, content_type = get(f"{address}/metrics", accept)
        texts.check(content_type == media, content_type)
        expected = json.loads(get(f"{address}/expected")[0])
        parsed.append(texts.judge(text, expected, is_open_metrics=media == OPEN_METRICS))
        samples = sum(len(family.samples) for family in parsed[-1])
        print(f"{media.partition(';')[0]}: {len(parsed[-1])} families, {samples} samples, each as recorded")
    return expected, text, parsed


def main(program):
    with running(program) as address:
        expected, text, (open_metrics, plain) = judge_texts(address)
        # It knows the older text alone.
        subprocess.run(["promtool", "check", "metrics"], input=text.encode(), check=True)
        print("promtool: no complaints")
        with tempfile.TemporaryDirectory() as folder, server.Server(pathlib.Path(folder), address) as prometheus:
            server.judge(prometheus, expected, open_metrics, plain)
            print("Prometheus: stored as read, and answered as recorded")


if __name__ == "__main__":
    main(sys.argv[1])
