"""Profiles of invented people, to measure the labels; docs/detection.md says how they are drawn."""
