"""Logs, metrics, and the crash points of the fault tests."""
