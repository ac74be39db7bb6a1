"""Is every article processed exactly once, whatever dies? Seeded faults, and a checker that looks at the topics."""
