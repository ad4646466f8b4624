"""Why a row exists and why this release: attestations, the ledger, and the TUF repository, written and read.

Offline, with private keys: `keys`, `repository`, `drafts`, `publication`. Public: `sources`, `floor`, `reader`,
`inspection`. Both sides hold to the rest: `metadata` and `roles` (TUF's files), `ledger`, `attestation`, `proof`.
"""
