"""The paths of pretend gateways: KCIs and token requests come from suppliers, all else is for the
operator.
"""

from __future__ import annotations

from simulator.base.errors import Refused
from simulator.front.body import check_size
from simulator.front.guard import AdminGuard
from simulator.front.problems import refusal
from simulator.model import MESSAGE_METHODS, Incoming, Outgoing
from simulator.pretend_gateway import PretendGateways


class GuardedPretend:
    """Pretend gateways whose lists want what the admin API wants. A body has at most `most_body`
    bytes.
    """

    def __init__(self, gateways: PretendGateways, guard: AdminGuard, most_body: int) -> None:
        self.gateways = gateways
        self.guard = guard
        self.most_body = most_body

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer one request; what is not possible is a problem."""
        if incoming.method not in MESSAGE_METHODS and (refused := self.guard.check(incoming)):
            return refused
        try:
            check_size(incoming, self.most_body)
            return self.gateways.answer(incoming)
        except Refused as error:
            return refusal(error)
