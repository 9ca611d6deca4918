"""Scenario files: reading them, and deciding which one an order plays."""

from simulator.scenario.book import (
    SCENARIO_HEADER,
    Book,
    Choice,
    Pin,
    make_book,
    params_of,
    read_file,
    read_folder,
    ties,
)
from simulator.scenario.file import parse, schema_for

__all__ = [
    "SCENARIO_HEADER",
    "Book",
    "Choice",
    "Pin",
    "make_book",
    "params_of",
    "parse",
    "read_file",
    "read_folder",
    "schema_for",
    "ties",
]
