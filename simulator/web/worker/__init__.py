"""A web server for one process: a loop that answers what the front answers, and threads for the
WSGI application. gunicorn starts and watches it (`simulator.cli.webserver`).
"""

from simulator.web.worker.limits import Limits
from simulator.web.worker.loop import Loop

__all__ = ["Limits", "Loop"]
