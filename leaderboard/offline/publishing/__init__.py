"""From the vault to a release: build, audit, review."""
