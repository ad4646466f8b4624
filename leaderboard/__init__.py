"""The MedHarm Leaderboard: verified, text-free safety results, from labels to a signed release to a public page."""

__version__ = "0.1.0"
