"""What an inspection makes of a defect of our own."""

from __future__ import annotations

import logging

import pytest

from simulator.dialects.fibre_cafe import FibreCafe
from simulator.dialects.fibre_cafe.settings import Settings
from simulator.engine.rules import Event
from simulator.model import Order
from simulator.rehearsal.inspection import inspect


class Defective(FibreCafe):
    """A contract with a defect."""

    def move(self, order: Order, event: Event, now: int) -> Order:
        raise KeyError("a defect")


def test_a_defect_of_ours_is_a_problem_of_the_one_file_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = inspect("scenario: X\n", "x.yaml", Defective(Settings()))
    assert found.scenario is None
    (problem,) = found.errors
    assert (problem.file, problem.code) == ("x.yaml", "fault")
    assert problem.message.startswith(
        "an internal fault of the simulator: KeyError at test_inspection.py:"
    )
    (record,) = (each for each in caplog.records if each.levelno == logging.ERROR)
    assert record.getMessage().startswith("x.yaml: an internal fault: KeyError at ")
