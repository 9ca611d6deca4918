"""The HTTP face: the contract's own paths at each supplier's path, and the admin API under
`/__admin`. Flask is imported by the first request of the admin API.
"""

from simulator.web.embedded import Embedded
from simulator.web.serving import listen, loop_of
from simulator.web.site import Site, create_app

__all__ = ["Embedded", "Site", "create_app", "listen", "loop_of"]
