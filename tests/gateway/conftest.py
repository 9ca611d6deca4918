"""What the tests of the HTTP client share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.config import Config


@pytest.fixture
def settings_for(make_config: Callable[..., Config]) -> Callable[..., Config]:
    """Settings with a gateway at a URL, which wants no credentials: `settings_for(URL, ...)`, with
    settings of the delivery.
    """

    def make(url: str, *, tls: dict[str, Any] | None = None, **delivery: Any) -> Config:
        gateway = {"url": url, "auth": {"kind": "none"}, "tls": tls or {}}
        return make_config(gateway=gateway, delivery=delivery)

    return make
