"""A web server for one process: a loop that answers what the front answers, and threads for the
WSGI application.
"""

from simulator.web.worker.limits import MOST_WAITING, Limits
from simulator.web.worker.loop import Loop

__all__ = ["MOST_WAITING", "Limits", "Loop"]
