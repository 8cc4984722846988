"""The parsers of Prometheus's Python client as judges of what they read, value for value."""

import math
import time

from prometheus_client import openmetrics, parser
import prometheus_client.openmetrics.parser

import expected as expectation
from expected import labels_of

# The order in which floats are added up is the SDK's own business.
TOLERANCE = 1e-12


class Wrong(Exception):
    """What a judge has found."""


def check(is_right, *what):
    if not is_right:
        raise Wrong(*what)


def parse(text, is_open_metrics):
    """The families of a text, of which every line must have become what it looks like."""
    read = openmetrics.parser if is_open_metrics else parser
    families = list(read.text_string_to_metric_families(text))
    # The strict parser passes over a sample that it has seen before.
    lines = sum(1 for line in text.splitlines() if not line.startswith("#"))
    samples = sum(len(family.samples) for family in families)
    check(lines == samples, f"{lines} lines are {samples} samples")
    names = [family.name for family in families]
    check(len(names) == len(set(names)), "a family comes twice", names)
    return families


def judge(text, expected, is_open_metrics):
    """Compares a text with what was recorded. Returns its families."""
    parsed = parse(text, is_open_metrics)
    declared = expectation.families(expected)
    found = {family.name: family for family in parsed}
    target = found.pop("target" if is_open_metrics else "target_info")
    judge_target(target, expected["resource"], is_open_metrics)
    check(found.keys() == declared.keys(), "families", found.keys() ^ declared.keys())
    helps = {line.split(" ", 3)[3] for line in text.splitlines() if line.startswith("# HELP ")}
    for name, family in declared.items():
        # The parsers take backslashes that escape nothing.
        check(escaped(family.help, is_open_metrics) in helps, name, "its help is escaped otherwise")
        try:
            judge_family(found[name], family, is_open_metrics, expected["started"])
        except Wrong as wrong:
            raise Wrong(name, *wrong.args) from None
    return parsed


def escaped(text, is_open_metrics):
    """A help text as it stands on its line."""
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if is_open_metrics else text


def judge_target(target, resource, is_open_metrics):
    check(target.type == ("info" if is_open_metrics else "gauge"), target)
    samples = [(sample.name, labels_of(sample.labels), sample.value) for sample in target.samples]
    check(samples == [("target_info", labels_of(resource), 1)], target)


def judge_family(found, family, is_open_metrics, started):
    described = (found.type, found.documentation, found.unit)
    unit = family.unit if is_open_metrics else ""
    check(described == (family.type, family.help, unit), described, (family.type, family.help, unit))
    created = {labels_of(it.labels): it.value for it in found.samples if it.name == family.name + "_created"}
    got = {
        (it.name, labels_of(it.labels)): it.value for it in found.samples if it.name != family.name + "_created"
    }
    check(len(created) + len(got) == len(found.samples), "two samples of one series")
    if not family.series:
        return check(got, "the SDK's own metrics have series")
    judge_created(created, family, is_open_metrics, started)
    bounds = bounds_of(found)
    if family.type == "histogram":
        judge_bounds(bounds, family)
    want = family.samples(is_open_metrics, bounds)
    check(got.keys() == want.keys(), "series", sorted(map(str, got.keys() ^ want.keys())))
    for key, value in want.items():
        check(is_same(got[key], value), key, f"is {got[key]!r}, not {value!r}")
    judge_exemplars(found, family, is_open_metrics, bounds, started)


def is_same(got, want):
    if isinstance(got, int) and isinstance(want, int):
        return got == want
    return got == want or math.isclose(got, want, rel_tol=TOLERANCE) or (math.isnan(got) and math.isnan(want))


def judge_created(created, family, is_open_metrics, started):
    has_created = is_open_metrics and family.type != "gauge"
    check(created.keys() == (family.series.keys() if has_created else set()), "created", created)
    for value in created.values():
        # Texts have milliseconds.
        check(started - 0.001 <= value <= time.time(), f"began at {value}")


def bounds_of(found):
    """The bounds that each series of a histogram shows, as text and as number."""
    bounds = {}
    for sample in found.samples:
        if sample.name == found.name + "_bucket":
            bound = sample.labels["le"]
            bounds.setdefault(without_le(sample), []).append((bound, float(bound)))
    return bounds


def without_le(sample):
    return labels_of({key: value for key, value in sample.labels.items() if key != "le"})


def judge_bounds(bounds, family):
    """Series of one declaration show the same ones, so that they can be added up."""
    different = {tuple(bound for _, bound in shown) for shown in bounds.values()}
    check(len(different) <= len(family.bounds), "bounds differ between series", bounds)
    for *finite, last in different:
        check(last == math.inf and finite == sorted(set(finite)), "bounds", bounds)
        # Of a range the last one may be any; where there are no values there are none.
        is_powers = all(math.frexp(bound)[0] == 0.5 for bound in finite[:-1]) and (finite or not family.recorded())
        check(finite in family.bounds or (None in family.bounds and is_powers), finite, family.bounds)


def judge_exemplars(found, family, is_open_metrics, bounds, started):
    shown = {}
    for sample in found.samples:
        if sample.exemplar is None:
            continue
        (labels, le), exemplar = (without_le(sample), float(sample.labels["le"])), sample.exemplar
        lower = max((bound for _, bound in bounds[labels] if bound < le), default=-math.inf)
        check(lower < exemplar.value <= le, "wrong bucket", sample)
        check(started - 0.001 <= float(exemplar.timestamp) <= time.time(), "wrong time", sample)
        shown.setdefault(labels, []).append(exemplar.labels | {"value": exemplar.value})
    if not (family.has_exemplars and is_open_metrics):
        return check(not shown, "exemplars where there can be none", shown)
    for labels, series in family.series.items():
        judge_exemplars_of(shown.get(labels, []), series["exemplars"], bounds[labels])


def judge_exemplars_of(shown, recorded, bounds):
    """Each is the newest of its magnitude, of which fewer are recorded than are kept; a bucket shows its largest."""
    newest = {magnitude(exemplar["value"]): exemplar for exemplar in recorded}
    largest = {}
    for exemplar in newest.values():
        upper = next(bound for _, bound in bounds if exemplar["value"] <= bound)
        largest[upper] = max(largest.get(upper, exemplar), exemplar, key=lambda it: it["value"])
    by_value = sorted(shown, key=lambda it: it["value"])
    check(by_value == [largest[bound] for bound in sorted(largest)], "exemplars", by_value, largest)


def magnitude(value):
    """The power of two that the value does not exceed."""
    mantissa, exponent = math.frexp(value)
    return exponent - (mantissa == 0.5) if value else -math.inf
