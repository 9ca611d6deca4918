"""Bytes to values and back: JSON, YAML, schemas, tokens, and the removal of secrets."""
