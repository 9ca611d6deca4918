"""`expect` of a scenario file: what the gateway ought to do."""
