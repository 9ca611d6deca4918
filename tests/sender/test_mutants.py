"""The mutants of the fault suite name pieces of the code: each must be there, exactly once."""

from __future__ import annotations

import pytest

from tests.faults.mutants import MUTANTS
from tests.faults.stage import ROOT


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_piece_that_a_mutant_changes_is_there_once(name: str) -> None:
    file, piece, instead = MUTANTS[name]
    text = (ROOT / "simulator" / file).read_text()
    assert text.count(piece) == 1 and piece != instead, "choose the piece anew"
