"""Real processes, real faults, judged from the receiver's log alone: `make faults`."""
