"""How orders, KCIs and exchanges are shown to people and programs."""
