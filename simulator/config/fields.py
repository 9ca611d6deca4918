"""The marshmallow fields of the settings: durations, time zones, hours, URLs, waits between tries,
seeds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from simulator.base import instants, working_days
from simulator.formats.schema import String
from simulator.formats.validators import Misfit

RETRY_PRESETS: dict[str, tuple[float, ...]] = {
    "ci": (0.2, 0.5, 1, 2, 5, 10, 10, 10, 10, 10, 10),
    "default": (1, 2, 5, 10, 30, 60, 120, 300, 300, 300),
    "standard": (
        *(5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600),
        *(14 * 3600, 20 * 3600, 24 * 3600),
    ),
    "none": (),
}


class Duration(fields.Field):  # type: ignore[type-arg]
    """A duration such as 10s, as microseconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            return instants.parse_duration(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class TimeZone(String):
    """The name of a time zone, such as Europe/London."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            working_days.zone_of(name)
        except ValueError as error:
            raise ValidationError(Misfit(error)) from None
        return name


class Hours(String):
    """The hours of a day, such as 09:00-17:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        hours: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            working_days.read_hours(hours)
        except ValueError as error:
            raise ValidationError(Misfit(error)) from None
        return hours


class Url(String):
    """An absolute http or https URL without credentials, query or fragment.

    A trailing slash is dropped.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            parts = urlsplit(text)
            has_port = parts.port is None or parts.port > 0
            valid = parts.scheme in ("http", "https") and parts.hostname and has_port
        except ValueError:
            valid = False
        if not valid or any(character.isspace() for character in text):
            raise ValidationError(Misfit("must be an absolute http:// or https:// URL"))
        if not (parts.hostname or "").isascii():
            said = "must name its host in ASCII (xn--...): other letters may look like these"
            raise ValidationError(Misfit(said))
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValidationError(Misfit("must have no credentials, query or fragment"))
        return text.rstrip("/")


class Retry(fields.Field):  # type: ignore[type-arg]
    """The name of a preset, or a list of waits between tries, as microseconds."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[int, ...]:
        if isinstance(value, str) and value in RETRY_PRESETS:
            return tuple(instants.parse_duration(wait) for wait in RETRY_PRESETS[value])
        if not isinstance(value, list):
            presets = ", ".join(RETRY_PRESETS)
            raise ValidationError(f"must be a list of durations, or one of: {presets}")
        try:
            return tuple(instants.parse_duration(wait) for wait in value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Seed(String):
    """Text, or a whole number that stands for its text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = isinstance(value, int) and not isinstance(value, bool)
        given = str(value) if number else value
        return str(super()._deserialize(given, attr, data, **kwargs))
