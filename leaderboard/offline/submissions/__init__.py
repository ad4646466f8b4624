"""What a lab hands in, how it is verified, and the private vault in which it is stored."""
