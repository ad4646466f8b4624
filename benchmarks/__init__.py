"""Speed and memory, measured and printed; nothing here passes or fails."""
