"""Files in which `check` finds nothing, not even a doubt."""

from __future__ import annotations

import pytest

from simulator import dialects
from simulator.rehearsal.inspection import inspect

RIGHT = {
    "as many rounds as fit": """
timeline:
  - {after: 1h, send: COMMITTED}
  - repeat: {times: 990, timeline: [{after: 1h, send: WARNING}]}
  - branch:
      - timeline: [{repeat: {times: 8, timeline: [{after: 1h, send: WARNING}]}}]
      - timeline: [{repeat: {times: 7, timeline: [{after: 1h, send: WARNING}]}}]
  - {after: 1d, send: COMPLETED}
""",
    "rounds of rounds": """
timeline:
  - {after: 1h, send: COMMITTED}
  - repeat:
      times: 30
      timeline: [{repeat: {times: 30, timeline: [{after: 1h, send: WARNING}]}}]
  - {after: 1d, send: COMPLETED}
""",
    "a way that the file's own `when` chooses": """
when: {operation: provide}
timeline:
  - branch: [{when: {operation: provide}, timeline: [{after: 1h, send: COMMITTED}]}]
  - {after: 1d, send: COMPLETED}
""",
    "a way that the answer chooses": """
timeline:
  - branch: [{when: {order.status: ACKNOWLEDGED}, timeline: [{after: 1h, send: COMMITTED}]}]
  - {after: 1d, send: COMPLETED}
""",
    "a way that the entry's own `when` chooses": """
timeline:
  - {after: 1h, send: COMMITTED}
  - {after: 1d, send: COMPLETED}
amendment:
  - when: {order.status: IN_PROGRESS}
    reply: accept
    timeline:
      - branch: [{when: {order.status: IN_PROGRESS}, timeline: [{after: 1h, send: DELAY}]}]
      - {after: 1h, send: RESUMED, illegal: true}
      - {after: 1h, send: AMENDED}
""",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_nothing_is_found_in_a_right_file(text: str) -> None:
    text = f"scenario: X\nreply: acknowledge{text}"
    found = inspect(text, "x.yaml", dialects.get("fibre_cafe"))
    assert (found.errors, found.warnings) == ((), ())
