"""A whole simulator: its store, its suppliers, and the sender that serves them all."""

from simulator.world.opening import open_world
from simulator.world.registry import MADE, MOST_KNOWN, World, pretend_path

__all__ = [
    "MADE",
    "MOST_KNOWN",
    "World",
    "open_world",
    "pretend_path",
]
