"""The same message more than once."""

from __future__ import annotations

from typing import Any

from simulator.formats import strict_json
from simulator.language.faults.fault import Argument, Fault, Parties
from simulator.model import Kci


class Duplicate(Fault):
    """The same bytes again, after the gateway has taken them."""

    word = "duplicate"
    about = "the same message again"
    argument = Argument(kind="count", default=1)
    answered = ("2xx", "409")

    def echoes(self, argument: Any) -> int:
        return int(argument)


class DuplicateNewId(Fault):
    """The same content and number again, under another id."""

    word = "duplicate_new_id"
    about = "the same content and number again, under another id"

    def echoes(self, argument: Any) -> int:
        return 1

    def echo(self, body: str, kci: Kci, parties: Parties) -> str:
        return strict_json.dumps(parties.reissued(strict_json.loads_kept(body), kci.id))
