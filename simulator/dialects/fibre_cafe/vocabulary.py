"""The words that a scenario file of this contract may use, from its tables and its schemas."""

from __future__ import annotations

from simulator.dialects.fibre_cafe import schemas, statements, transitions
from simulator.dialects.members import members_of
from simulator.model import Vocabulary

_GIVEN = "the gateway gave it, and it stays"
_ANSWERS = "it comes with the message that answers the request"

VOCABULARY = Vocabulary(
    dialect="fibre_cafe",
    codes=transitions.BROUGHT,
    statuses=transitions.STATUSES,
    replies={
        "create": ("acknowledge", "commit", "accept", "reject"),
        "amendment": ("acknowledge", "accept", "reject"),
        "cancellation": ("acknowledge", "accept", "reject"),
    },
    operations={
        **dict.fromkeys((*schemas.ORDERS, transitions.UNASKED), "create"),
        **{action: action for action in schemas.REQUESTS},
    },
    begins=(transitions.UNASKED,),
    members=statements.MEMBERS,
    default_scenario="ORDER_SUCCESSFUL",
    requests={
        "create": members_of(*schemas.ORDERS.values()),
        **{action: members_of(schema) for action, schema in schemas.REQUESTS.items()},
    },
    order=members_of(*schemas.ORDERS.values(), *(each() for each in statements.STATES.values())),
    fixed={
        "id": _GIVEN,
        "orderType": _GIVEN,
        "tenant": _GIVEN,
        "status": "`send` and `status` move it",
        "supplierOrderReference": "the simulator gives it",
        "serviceOrderAmendmentId": _ANSWERS,
        "serviceOrderAmendmentReference": _ANSWERS,
        "serviceOrderCancellationId": _ANSWERS,
        "serviceOrderCancellationReference": _ANSWERS,
    },
    ours=("status", "supplierOrderReference"),
    coded="reasonCode",
    headers=("X-Request-ID", "X-Conversation-ID", "Tenant"),
    takes={action: asking.sources for action, asking in transitions.REQUESTS.items()},
)
