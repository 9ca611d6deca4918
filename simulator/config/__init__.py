"""The settings: defaults, then `config.yaml`, then the environment, then the command line.

One table says what exists (`table`); everything unknown or wrong is a located problem, and nothing
starts.
"""

from simulator.config.building import Config, make_supplier
from simulator.config.loading import load
from simulator.config.table import (
    Auth,
    Breaker,
    ClockStart,
    Delivery,
    Gateway,
    InboundCredentials,
    JournalConfig,
    LogConfig,
    OrdersConfig,
    Policy,
    Pretend,
    Server,
    StoreConfig,
    SupplierConfig,
)
from simulator.config.targets import Targets

__all__ = [
    "Auth",
    "Breaker",
    "ClockStart",
    "Config",
    "Delivery",
    "Gateway",
    "InboundCredentials",
    "JournalConfig",
    "LogConfig",
    "OrdersConfig",
    "Policy",
    "Pretend",
    "Server",
    "StoreConfig",
    "SupplierConfig",
    "Targets",
    "load",
    "make_supplier",
]
