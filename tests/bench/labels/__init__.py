"""Profiles of invented people, to measure the labels: docs/developers/detection-figures.md."""
