"""Scenario files: reading them, and deciding which one an order plays."""

from simulator.scenario.bases import Bases, Loaded, layer_of_folder, layer_of_texts
from simulator.scenario.book import Book, Choice, Pin, is_playable, purpose_of
from simulator.scenario.expect.filling import expected
from simulator.scenario.folder import (
    book_of,
    hiding,
    make_book,
    no_files,
    not_hidden,
    read_file,
    read_folder,
    scenario_files,
    ties,
    together,
    twice,
)
from simulator.scenario.headers import SCENARIO_HEADER
from simulator.scenario.params import params_of
from simulator.scenario.reading import Reading, parse, read
from simulator.scenario.schema import schema_for
from simulator.scenario.starts import started, starts, unstartable

__all__ = [
    "SCENARIO_HEADER",
    "Bases",
    "Book",
    "Choice",
    "Loaded",
    "Pin",
    "Reading",
    "book_of",
    "expected",
    "hiding",
    "is_playable",
    "layer_of_folder",
    "layer_of_texts",
    "make_book",
    "no_files",
    "not_hidden",
    "params_of",
    "parse",
    "purpose_of",
    "read",
    "read_file",
    "read_folder",
    "scenario_files",
    "schema_for",
    "started",
    "starts",
    "ties",
    "together",
    "twice",
    "unstartable",
]
