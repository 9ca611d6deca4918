"""Towards the gateway: the HTTP client, credentials, and what an answer means."""

from simulator.gateway.client import Client
from simulator.gateway.decision import Decision, Outcome, Result, decide

__all__ = ["Client", "Decision", "Outcome", "Result", "decide"]
