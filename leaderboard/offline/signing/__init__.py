"""Everything that touches a private key."""
