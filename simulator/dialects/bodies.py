"""What every dialect reads alike: a JSON object from a body, and the simulator's own control
headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.base.errors import Refused, nearest
from simulator.formats import strict_json
from simulator.language import times
from simulator.model import Document, Finding, Incoming, Rule

CONTROLS = ("x-scenario", "x-kci-delay", "x-problem-code", "x-seed-key")
SECONDS = r"^[0-9]{1,7}(\.[0-9]{1,6})?$"
"""What the header X-Kci-Delay holds, as a pattern."""

MISSPELT_CONTROL = Rule("request.misspelt_control")


def read_object(incoming: Incoming, *, repeated_keys: list[str] | None = None) -> Document:
    """The body as a JSON object. ValueError says in one sentence why it is none; `repeated_keys` as
    in `strict_json.loads`.
    """
    headers = incoming.headers
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json":
        raise ValueError(
            f"Content-Type: must be application/json, is {kind.strip()[:80] or 'absent'}"
        )
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2]
    if charset and charset not in ("utf-8", "utf8"):
        raise ValueError(f"Content-Type: the charset must be utf-8, is {charset[:40]}")
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise ValueError("Content-Encoding: compressed bodies are not accepted")
    body, document = incoming.parsed.pop("body", (None, None))
    if body is not incoming.body:
        try:
            document = strict_json.loads(incoming.body, repeated_keys=repeated_keys)
        except ValueError as error:
            raise ValueError(f"body: {error}") from None
    if isinstance(document, list):
        raise ValueError(f"body: must be a JSON object, is a list{_of_one(document)} (type)")
    if not isinstance(document, dict):
        raise ValueError("body: must be a JSON object (type)")
    return document


def _of_one(documents: list[object]) -> str:
    """What to do with a list of objects."""
    objects = documents and all(isinstance(document, dict) for document in documents)
    return ": send each of them in a request of its own" if objects else ""


def text_in(incoming: Incoming, member: str) -> str:
    """A text member of a body that was not checked yet; empty where there is none. What was parsed
    for it is left to `read_object`.
    """
    try:
        document = strict_json.loads(incoming.body)
    except ValueError:
        return ""
    incoming.parsed["body"] = (incoming.body, document)
    value = document.get(member) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""


def wrong_delay(headers: Mapping[str, str]) -> list[str]:
    """What is wrong with the header X-Kci-Delay, whatever scenario plays."""
    if "x-kci-delay" not in headers:
        return []
    try:
        times.read(headers["x-kci-delay"].strip())
    except ValueError as error:
        return [f"X-Kci-Delay: {error}"]
    return []


def misspelt_controls(headers: Mapping[str, str], known: Iterable[str]) -> list[Finding]:
    """Findings for headers that look like a control header and are none: they would have no effect,
    without a word. `known` are the contract's own headers.
    """
    close = (
        (name, nearest(name, CONTROLS))
        for name in headers
        if name.startswith("x-") and name not in (*CONTROLS, *known)
    )
    return [
        MISSPELT_CONTROL.finding(
            f"header {name} has no meaning here ({hint})",
            where=f"header.{name}",
            expected=list(CONTROLS),
            got=name,
        )
        for name, hint in close
        if hint.startswith("did")
    ]


def refusal(malformed: list[str], invalid: list[str], most: int) -> Refused:
    """Every problem of one request as one refusal: malformed when any of them is."""
    return Refused("malformed" if malformed else "invalid", [*malformed, *invalid][:most])
