"""What a benchmark is: its definition, its registry of systems, and the words that a release may use."""
