"""What every part rests on: canonical JSON, the clock, durable files, findings."""
