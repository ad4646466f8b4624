"""Importers: each module turns what one tool leaves behind into text-free submissions. They do not know each other."""
