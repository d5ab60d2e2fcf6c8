"""A made-up district and a made-up internet; the tests use the same ones."""
