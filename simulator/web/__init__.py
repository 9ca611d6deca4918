"""The HTTP face: the contract's own paths at each supplier's path, and the admin API under
`/__admin`.
"""

from simulator.web.app import create_app
from simulator.web.embedded import Embedded
from simulator.web.limiter import MOST_WAITING
from simulator.web.wsgi import Application, application

__all__ = ["MOST_WAITING", "Application", "Embedded", "application", "create_app"]
