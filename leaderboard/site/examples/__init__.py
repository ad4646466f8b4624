"""Worked examples for the methods page: published numbers computed again from other published numbers.

One function per formula: it takes a release and a board and returns the numbers of the example, or None where the board
does not measure it.
"""
