"""The HTTP face: the contract's own paths at each supplier's path, and the admin API under `/__admin`."""

from simulator.web.app import create_app
from simulator.web.embedded import Embedded
from simulator.web.gate import THREADS_ASIDE

__all__ = ["THREADS_ASIDE", "Embedded", "create_app"]
