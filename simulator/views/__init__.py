"""How orders, KCIs and lines of the journal are shown to people and programs."""
