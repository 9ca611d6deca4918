"""Which paths are the admin API's."""

from __future__ import annotations

ADMIN = "/__admin"


def is_admin(path: str) -> bool:
    """Whether a decoded path is the admin API's."""
    return path == ADMIN or path.startswith(ADMIN + "/")
