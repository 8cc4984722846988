"""What a text must say about metrics that were recorded: worked out from declarations and recordings, by nothing of
the exporter."""

import math
import re
import sys

TYPES = {"Counter": "counter", "UpDownCounter": "gauge", "Gauge": "gauge", "Mmsc": "summary", "Histogram": "histogram"}
# Units of the declarations that are judged; what stands in braces is no unit.
UNITS = {"s": "seconds", "By": "bytes", "By/s": "bytes_per_second", "g": "grams", "m": "meters", "Cel": "celsius"}
U64_MAX = 2**64 - 1


def sanitized(name):
    return re.sub("[^a-zA-Z0-9]+", "_", name)


def labels_of(attributes, **more):
    """Labels as Prometheus compares them: one without a value is none."""
    labels = {sanitized(key): value for key, value in attributes.items()} | more
    return frozenset((key, value) for key, value in labels.items() if value)


class Family:
    """A metric as it was declared, by one set or by several, and its series as they were recorded."""

    def __init__(self, *declarations):
        metric = declarations[0]
        self.instrument = re.sub("[UIF]64$", "", metric["kind"]).removeprefix("Observe")
        self.type = TYPES[self.instrument]
        self.unit = self._unit(metric["unit"])
        self.name = sanitized(metric["name"]) + (f"_{self.unit}" if self.unit else "")
        self.help = metric["brief"]
        self.bounds = [declaration["bounds"] for declaration in declarations]
        self.has_exemplars = metric["exemplars"]
        self.series = {labels_of(series["attributes"]): series for series in metric["series"]}

    def _unit(self, unit):
        if unit == "1":
            return "ratio" if self.instrument == "Gauge" else ""
        return "" if unit.startswith("{") else UNITS[unit]

    def samples(self, is_open_metrics, bounds):
        """Values by sample name and labels, without the times at which series began. `bounds` are those that
        each series of a histogram shows."""
        samples = {}
        for labels, series in self.series.items():
            of_series = getattr(self, f"_{self.type}")(series["values"], is_open_metrics, bounds.get(labels))
            samples |= {(self.name + suffix, labels | more): value for suffix, more, value in of_series}
        return samples

    def _counter(self, values, _open_metrics, _bounds):
        yield "_total", frozenset(), total(values)

    def _gauge(self, values, _open_metrics, _bounds):
        yield "", frozenset(), total(values[-1:] if self.instrument == "Gauge" else values)

    def _summary(self, values, is_open_metrics, _bounds):
        # OpenMetrics has no place for quantiles and sums that may be negative.
        for quantile, extreme in [("0.0", min), ("1.0", max)]:
            value = extreme(values, default=math.nan)
            if not (is_open_metrics and value < 0):
                yield "", frozenset({("quantile", quantile)}), value
        if not (is_open_metrics and min(values, default=0) < 0):
            yield "_sum", frozenset(), total(values)
        yield "_count", frozenset(), len(values)

    def _histogram(self, values, _open_metrics, bounds):
        for text, bound in bounds:
            yield "_bucket", frozenset({("le", text)}), sum(value <= bound for value in values)
        yield "_sum", frozenset(), total(values)
        yield "_count", frozenset(), len(values)

    def recorded(self):
        """All values of all series."""
        return [value for series in self.series.values() for value in series["values"]]


def total(values):
    """The sum; one too large for a number is the largest."""
    if all(isinstance(value, int) for value in values):
        return min(sum(values), U64_MAX)
    return min(sum(values), sys.float_info.max)


def families(expected):
    """By name; where two sets declare one metric it is one family."""
    declarations = {}
    for metric in expected["metrics"]:
        declarations.setdefault(metric["name"], []).append(metric)
    return {family.name: family for family in (Family(*each) for each in declarations.values())}
