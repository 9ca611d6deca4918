"""Secrets in the settings: given as text, or as the name of a file that holds nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields

from simulator.formats import files
from simulator.formats.schema import String

LONGEST_SECRET = 4096
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TOKEN = re.compile(r"[\x21-\x7e]*")


class Secret(String):
    """A secret, or `{file: PATH}` where it stands in a file of its own; the newline at its end is
    not part of it.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, dict) and set(value) == {"file"} and isinstance(value["file"], str):
            secret = _secret_in(Path(value["file"]))
        elif isinstance(value, dict):
            raise ValidationError("must be a text, or {file: PATH}")
        else:
            secret = str(super()._deserialize(value, attr, data, **kwargs))
        if _CONTROL.search(secret):
            raise ValidationError("must have no line break and no other control character")
        return secret


class Token(Secret):
    """A secret that stands in a header as it is: visible ASCII characters, without a space."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        token = super()._deserialize(value, attr, data, **kwargs)
        if not _TOKEN.fullmatch(token):
            raise ValidationError("a token has visible ASCII characters only, and no space")
        return token


def _secret_in(path: Path) -> str:
    """What a secret's file holds. ValidationError says why it cannot be used, and never
    what is in it.
    """
    try:
        held = files.read(path, LONGEST_SECRET)
    except OSError as error:
        raise ValidationError(f"the file {path} cannot be read: {error.strerror}") from None
    try:
        secret = held.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ValidationError(f"the file {path} holds no text") from None
    if not secret or len(held) > LONGEST_SECRET or "\n" in secret or "\0" in secret:
        raise ValidationError(f"the file {path} must hold one line, of 1 to {LONGEST_SECRET} bytes")
    return secret


class Secrets(fields.Field):  # type: ignore[type-arg]
    """A map of names to their secrets."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(name, str) and name for name in value):
            raise ValidationError(
                "must be a map of names to secrets, both texts that are not empty"
            )
        if any(":" in name or _CONTROL.search(name) for name in value):
            raise ValidationError("a name has no `:` and no control character")
        if not all(isinstance(secret, (str, dict)) and secret for secret in value.values()):
            raise ValidationError(
                "must be a map of names to secrets, both texts that are not empty"
            )
        return {name: str(Secret().deserialize(secret)) for name, secret in value.items()}
