"""An answer that waits for a KCI, while the store cannot be asked about it."""

from __future__ import annotations

from pathlib import Path

from simulator.model import Step
from simulator.store import Store
from simulator.supplier.early import may_leave
from tests.engine.test_engine import created, scenario


def test_an_answer_waits_while_the_store_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    store = Store(f"sqlite:///{file}")
    ask = may_leave(store, created(scenario(Step(after=0, send="BAKED", fault="before_reply"))))
    assert ask is not None and ask(), "nobody knows of such a KCI: it was deleted"
    store.close()
    file.unlink()
    assert not ask()
    store.close()
