"""The server without a web framework: `Front.answer` takes a request and returns the answer.

An adapter reads the request from its server and writes the answer (`simulator.web` for WSGI).
"""

from simulator.front.front import Front
from simulator.front.guard import AdminGuard
from simulator.front.pretend import GuardedPretend
from simulator.front.problems import problem, refusal

__all__ = ["AdminGuard", "Front", "GuardedPretend", "problem", "refusal"]
