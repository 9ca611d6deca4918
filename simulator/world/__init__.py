"""A whole simulator: its store, its suppliers, and the sender that serves them all."""

from simulator.world.folders import dialect_of_file, folder_of, open_book, shipped_folder
from simulator.world.opening import open_world
from simulator.world.registry import MADE, MOST_KNOWN, World, pretend_path

__all__ = [
    "MADE",
    "MOST_KNOWN",
    "World",
    "dialect_of_file",
    "folder_of",
    "open_book",
    "open_world",
    "pretend_path",
    "shipped_folder",
]
