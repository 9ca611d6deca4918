"""The HTTP face: the contract's own paths at each supplier's path, and the admin API under
`/__admin`.
"""

from simulator.web.app import Site, create_app, is_admin, make_site
from simulator.web.embedded import Embedded
from simulator.web.limiter import MOST_WAITING
from simulator.web.serving import listen, loop_of
from simulator.web.wsgi import Application, application

__all__ = [
    "MOST_WAITING",
    "Application",
    "Embedded",
    "Site",
    "application",
    "create_app",
    "is_admin",
    "listen",
    "loop_of",
    "make_site",
]
