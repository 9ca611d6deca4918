"""The headers that may set a parameter, and those that an answer may have."""

from __future__ import annotations

from typing import Any

from simulator.formats.http import header_problem
from simulator.formats.redact import is_secret_header
from simulator.formats.strict_yaml import Path
from simulator.model import Vocabulary
from simulator.scenario.constructs import is_template
from simulator.scenario.findings import Findings
from simulator.scenario.words import parts_of, replies_of

SCENARIO_HEADER = "x-scenario"
_OURS = (SCENARIO_HEADER, "x-seed-key")


def reserved(header: str, contracts: tuple[str, ...]) -> str:
    """Why a parameter cannot have this header; empty when it can, and when there is none."""
    name = header.lower()
    if not header:
        return ""
    if is_secret_header(header):
        return "it holds credentials, which would go into orders and messages"
    if header_problem(f"X-{header}"):
        return "it is no name of an HTTP header"
    if header_problem(header):
        return "it is about the connection"
    if name.startswith("content-"):
        return "it describes the request's body"
    if name in _OURS:
        return "it has a meaning of its own in the simulator"
    if name in (known.lower() for known in contracts):
        return "it has a meaning of its own in the contract"
    return ""


def check_headers(findings: Findings, vocabulary: Vocabulary, params: dict[str, Any]) -> None:
    """Report the headers that parameters and replies cannot have."""
    taken: dict[str, str] = {}
    for name, entry in params.items():
        header = entry.get("header") if isinstance(entry, dict) else None
        if not isinstance(header, str):
            continue
        path: Path = ("params", name, "header")
        why = reserved(header, vocabulary.headers)
        other = taken.setdefault(header.lower(), name)
        if why:
            said = f"header: `{header[:60]}` cannot set a parameter"
            findings.wrong(path, said, code="reserved", hint=why)
        elif other != name:
            said = f"header: `{header[:60]}` sets the parameter `{other}` already"
            findings.wrong(path, said, code="reserved")
    for path, _, part in parts_of(findings.document, vocabulary):
        for where, reply in replies_of(part.get("reply"), (*path, "reply")):
            headers = reply.get("headers") if isinstance(reply, dict) else None
            if isinstance(headers, dict):
                _check_answer(findings, headers, (*where, "headers"))


def _check_answer(findings: Findings, headers: dict[str, Any], path: Path) -> None:
    taken: dict[str, str] = {}
    for name, value in headers.items():
        where = (*path, name)
        other = taken.setdefault(name.lower(), name)
        if said := header_problem(name):
            findings.wrong(where, said, code="header", at_key=True)
        elif other != name:
            said = f"`{name}` is the header `{other}` once more"
            findings.wrong(where, said, code="header", at_key=True)
        elif isinstance(value, (dict, list)) or value is None:
            findings.wrong(where, f"{name}: must be a text", code="header")
        elif not is_template(value) and (said := header_problem(name, str(value))):
            findings.wrong(where, said, code="header")
