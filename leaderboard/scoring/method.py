"""The version of the formulas."""

METHOD_VERSION = 1
"""Raised whenever a formula changes a published number."""
