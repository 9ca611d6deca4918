"""The words that a scenario file of this contract may use, from its tables and its schemas."""

from __future__ import annotations

from simulator.base.copies import replace
from simulator.dialects.mef import content, schemas, transitions
from simulator.dialects.members import members_of
from simulator.model import Known, Members, Vocabulary

_GIVEN = "the Buyer gave it, and it stays"
_OURS = "the simulator gives it"


def _as_checked(members: Members) -> Members:
    """The same, with what a tolerant supplier refuses: the values of the order's own members and
    of its items' (see `checks.by_schema`).
    """
    return {
        path: replace(known, refused="." not in path.removeprefix("orderItems[]."))
        for path, known in members.items()
    }


_ORDER = _as_checked(members_of(schemas.CREATE))
_ACTS = ("cancellation", "hold", "release")
_ACT = _as_checked(members_of(schemas.ACT))

VOCABULARY = Vocabulary(
    dialect="mef",
    codes={
        code: tuple(dict.fromkeys((*kind.choices, *([kind.brings] if kind.brings else ()))))
        for code, kind in transitions.NOTIFICATIONS.items()
    },
    statuses=transitions.STATUSES,
    replies={
        "create": ("commit", "acknowledge", "accept", "reject", "reject_as_order"),
        "amendment": ("acknowledge", "accept", "reject"),
        "cancellation": ("acknowledge", "accept", "reject"),
        "hold": ("acknowledge", "reject"),
        "release": ("acknowledge", "reject"),
    },
    operations={
        **dict.fromkeys(("install", "change", "disconnect"), "create"),
        **dict.fromkeys(("replace", "patch"), "amendment"),
        **{action: action for action in _ACTS},
    },
    members=schemas.MEMBERS,
    default_scenario="INSTALLED",
    requests={
        "create": _ORDER,
        "amendment": _ORDER,
        **dict.fromkeys(_ACTS, _ACT),
    },
    order={
        **_ORDER,
        **_as_checked(members_of(schemas.OrderAnswer())),
        **dict.fromkeys(content.SELLERS, Known()),
        "orderItems[].orderItemStatus": Known(values=transitions.STATUSES),
    },
    fixed={
        **dict.fromkeys(("objectType", *content.NEVER_CHANGES), _GIVEN),
        **dict.fromkeys(("id", "link"), _OURS),
        "orderStatus": "`send` and `status` move it",
    },
    ours=("objectType", "id", "link", "orderStatus"),
    coded="notificationType",
    headers=("X-Request-ID", "X-Conversation-ID"),
    takes={
        "amendment": (*transitions.REQUESTS["replace"],),
        **{action: (*transitions.REQUESTS[action],) for action in _ACTS},
    },
)
