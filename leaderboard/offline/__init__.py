"""Maintainers' and labs' machines: from a log to a signed release. The site never imports it."""
