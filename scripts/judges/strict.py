"""Lets the strict OpenMetrics parser read standard input."""

import sys

import texts

# Newlines as they are: the parser refuses others.
families = texts.parse(sys.stdin.buffer.read().decode(), is_open_metrics=True)
print(f"{len(families)} metrics, {sum(len(family.samples) for family in families)} samples, no complaints")
