"""Requests and answers on the wire, in terms that every dialect shares.

Documents are plain dicts: a conformance tool must carry members that it does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from simulator.model.findings import Finding
from simulator.model.records import Document, Order
from simulator.model.script import ReplyFault


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One request as it came: header names in lower case, the body's bytes untouched; `variables`
    are its path's variable parts. `found_by` is the version of the list of suppliers by which the
    one that answers was found, empty where that depends on nothing. `parsed` is for whoever parses
    the body first, and goes with a request that is copied.
    """

    method: str
    path: str
    base_url: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    variables: Mapping[str, str] = field(default_factory=dict)
    found_by: str = ""
    parsed: dict[str, tuple[bytes, Any]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One answer to send. `body` is JSON, None for none; `delay` is real time in microseconds,
    after which `fault` spoils what is sent. `may_leave` is asked until it says yes, every few
    milliseconds; None where nothing has to leave before.
    """

    code: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: int = 0
    fault: ReplyFault | None = None
    may_leave: Callable[[], bool] | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What a dialect read from a request: which action on which order, with which document.

    `action` is create or the name of a later request (amendment, cancellation, ...), `operation`
    the dialect's finer name of it. `ref` is the caller's id of this request, by which a repeat is
    known; empty where the contract has none. The order is `order_ref` (theirs, with `tenant`) or
    `order_number` (ours, and of any tenant when `tenant` is empty); `ref_path` and `order_path` say
    where the caller wrote them, for messages. `base_url` is how the caller reached this supplier.
    `begun_by` is the order that begins this one; no request does so.
    """

    action: str
    operation: str
    document: Document
    ref: str = ""
    tenant: str = ""
    order_ref: str = ""
    order_number: str = ""
    ref_path: str = "id"
    order_path: str = ""
    base_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    conversation_id: str = ""
    begun_by: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A question about orders that changes nothing: every filter that is not empty must fit.

    `show` writes the contract's answer from the orders found (a page of them: `offset`, `limit`)
    and their whole number; it may raise Refused.
    """

    show: Callable[[Sequence[Order], int], Outgoing]
    tenant: str = ""
    ref: str = ""
    number: str = ""
    offset: int = 0
    limit: int | None = None
    findings: tuple[Finding, ...] = ()


MessageMethod = Literal["POST", "PUT", "PATCH"]
MESSAGE_METHODS: tuple[MessageMethod, ...] = get_args(MessageMethod)
"""How a KCI can be sent. GET and DELETE are left to the list that a pretend gateway keeps."""


WrongCredentials = Literal["", "none", "expired", "bad"]
"""Credentials that are wrong on purpose; empty for the right ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A KCI as it is posted: a method and a path below the gateway's URL, headers, and the body's
    text. The HTTP client adds the credentials: the right ones, or those that are `wrong`.
    """

    path: str
    body: str
    method: MessageMethod = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    wrong: WrongCredentials = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KciIdentity:
    """How a gateway knows a KCI: the order that it is about (`TENANT/REF`), its own id, and its
    number among the KCIs of that order.
    """

    order: str
    id: str
    number: int
