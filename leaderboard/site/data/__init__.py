"""From a source of releases to the rows that a page asks for."""
