"""What everything stands on: errors, instants, clocks, chance."""
