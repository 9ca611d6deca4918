"""What a fault can change in a message, and what it leaves as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from simulator.model import Document, Kci, Order, WrongCredentials


class Parties(Protocol):
    """What a dialect knows of the identities in its messages. Illegal where it has none."""

    def unknown(self, order: Order) -> Order:
        """The same order under ids that no gateway has given or been told."""

    def of_another_tenant(self, order: Order) -> Order:
        """The same order of a tenant that the gateway does not know."""

    def reissued(self, document: Document, kci_id: str) -> Document:
        """The same message under another id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Argument:
    """What stands behind a fault's word: `kind` is `count` (1 to 100), `number` (0 to 999999) or
    `path` (into the message). Without a `default` it must be given.
    """

    kind: str
    default: Any = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The sequence numbers around a message: the one that it `shows`, the one that it `uses` up
    (None: none), and the one of the `next` message.
    """

    shows: int
    uses: int | None
    next: int


class Fault:
    """A message that goes wrong on purpose. This one changes nothing; a subclass says what differs.

    `answered` is what a good gateway answers, by default anything: codes, or classes such as `4xx`.
    A `is_probe` goes beside the honest message, which follows it: it moves nothing and uses no
    number. A message that `is_held` happens and is not sent. It is then sent again so many times
    (`echoes`), at once or `after_next`: behind the next step that sends. One that `goes_first`
    leaves before the answer to the request.
    """

    word: ClassVar[str] = ""
    about: ClassVar[str] = ""
    argument: ClassVar[Argument | None] = None
    answered: ClassVar[tuple[str, ...]] = ()
    is_probe: ClassVar[bool] = False
    is_held: ClassVar[bool] = False
    after_next: ClassVar[bool] = False
    goes_first: ClassVar[bool] = False
    credentials: ClassVar[WrongCredentials] = ""

    def echoes(self, argument: Any) -> int:
        """How often the message is sent once more."""
        return 0

    def numbers(self, next_number: int, argument: Any) -> Numbers:
        """The numbers of the message."""
        if self.is_probe:
            return Numbers(next_number, None, next_number)
        return Numbers(next_number, next_number, next_number + 1)

    def order(self, before: Order, after: Order, parties: Parties) -> Order:
        """The order that the message shows. The step moves it from `before` to `after`."""
        return after

    def body(self, body: str, argument: Any) -> str:
        """The message's text. RenderFailed when the fault cannot be made of it."""
        return body

    def echo(self, body: str, kci: Kci, parties: Parties) -> str:
        """The text of a message that is sent once more, as the KCI `kci`."""
        return body
