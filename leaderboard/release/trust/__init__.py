"""Why a row exists and why this release: attestations, the ledger and the TUF repository, as a reader verifies them.

`sources`, `floor`, `reader` and `inspection` read a repository; `metadata` and `roles` are TUF's files, which signing
(leaderboard.offline.signing) also uses; `ledger`, `attestation` and `proof` say why each row counts. No private key.
"""
