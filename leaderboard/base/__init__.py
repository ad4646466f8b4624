"""What every part uses: canonical JSON, the clock, durable files, findings."""
