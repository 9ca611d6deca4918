"""The log: lines for people, or one JSON object a line, with the ids of what a line is about."""

from __future__ import annotations

import logging
import re
import sys
import time
from functools import lru_cache
from typing import Any

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def begin(form: str, level: str) -> None:
    """Write the log to the standard error, as `text` or `json`, from a level on.

    No line tells a thread, a process or a place in the code, so that nobody looks them up: that is
    a fifth of the cost of a line.
    """
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # so does the standard library's manual (HOWTO, Optimization)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_json() if form == "json" else _Lines("%(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def about(**ids: Any) -> dict[str, Any]:
    """What a log line is about, for `extra=`; empty values are left out.

    Names: supplier, tenant, ref, order, kci, scenario, request_id, conversation_id, code.
    """
    return {name: value for name, value in ids.items() if value not in ("", None)}


class _Lines(logging.Formatter):
    """Escapes control characters: a gateway's path or id cannot begin a second line."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return _time_of_day(int(record.created))

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _CONTROL.sub(lambda found: repr(found.group())[1:-1], super().formatMessage(record))


@lru_cache(maxsize=2)
def _time_of_day(seconds: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))


def _json() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter

    names = {"levelname": "level", "name": "logger"}
    return JsonFormatter(
        ["levelname", "name", "message", "exc_info"],
        rename_fields=names,
        timestamp="at",
        json_ensure_ascii=False,
    )
