"""Importers: each module reads the output of one tool into text-free submissions. They do not know each other."""
