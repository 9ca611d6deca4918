"""Where a scenario finds the others that it names: those that it extends or mixes.

They are looked for beside it first: in its own folder, then among the shipped ones. So what is
shipped never depends on files that come over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from simulator.base import seed
from simulator.base.errors import Invalid, closest, nearest
from simulator.formats import files, strict_yaml
from simulator.formats.strict_yaml import Located, Place
from simulator.model import Scenario

Texts = Sequence[tuple[str, str | bytes]]
"""Scenario files, each with the name that problems give it."""

MOST_LISTED = 12
"""Of more names than that a hint lists none."""

_NAMING = ("extends", "mix", "start")
"""The keys that name other scenarios."""


class Layer:
    """The documents of one place, by the names of their scenarios. Texts are read when they are
    asked for first: most files name no others.
    """

    def __init__(self, load: Callable[[], Texts]) -> None:
        self._load = load

    @cached_property
    def documents(self) -> Mapping[str, Located]:
        """Each document that can be read, by its name; of two with one name the first."""
        found: dict[str, Located] = {}
        for file, text in self._texts:
            with suppress(Invalid):
                document = strict_yaml.read(text, file)
                if name := name_of(document):
                    found.setdefault(name, document)
        return found

    @cached_property
    def digest(self) -> str:
        """A digest of all texts."""
        return seed.digest(
            *(part for file, text in self._texts for part in (file, _bytes(text).hex()))
        )

    @cached_property
    def _texts(self) -> Texts:
        return self._load()


class Loaded(Layer):
    """Scenarios that were read before, as documents. What they extend stands in them already."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        super().__init__(tuple)
        self.scenarios = {scenario.name: scenario for scenario in scenarios}

    @cached_property
    def documents(self) -> Mapping[str, Located]:
        return {name: _document(scenario) for name, scenario in self.scenarios.items()}


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _document(scenario: Scenario) -> Located:
    read = strict_yaml.read(scenario.source, scenario.file)
    places = {
        path: Place(place.line, place.column, file=place.file)
        for path, place in scenario.places.items()
    }
    return Located(read.value, scenario.file, places or read.places)


def name_of(document: Located) -> str:
    """The scenario's name; empty where there is none."""
    value = document.value
    name = value.get("scenario") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True)
class Bases:
    """The layers in which a scenario finds others, the nearest first. Its own is the first one."""

    layers: tuple[Layer, ...] = ()

    def find(self, name: str, asking: str = "") -> tuple[Located, Bases] | None:
        """A document by name, and where this one finds others. One that is `asking` for its own
        name means that of a layer below: the one in whose place it plays.
        """
        for at, layer in enumerate(self.layers):
            if (at or name != asking) and name in layer.documents:
                return layer.documents[name], Bases(self.layers[at:])
        return None

    @property
    def names(self) -> list[str]:
        """All names that can be found."""
        return list(dict.fromkeys(name for layer in self.layers for name in layer.documents))

    def near(self, name: str, asking: str = "") -> tuple[str, str]:
        """The name that was probably meant by one that is not here, and the hint that says so."""
        names = [known for known in self.names if self.find(known, asking)]
        meant = closest(name, names)
        return meant, nearest(name, names) if meant or len(names) <= MOST_LISTED else ""

    def digest_for(self, text: bytes) -> str:
        """What a text may depend on beside itself; empty where it names no others."""
        if not any(word.encode() in text for word in _NAMING):
            return ""
        return seed.digest(*(layer.digest for layer in self.layers))


ALONE = Bases()
"""For a scenario that names no others."""


def layer_of_folder(paths: Callable[[], Iterable[Path]]) -> Layer:
    """The scenario files of a folder. What cannot be read is left out: reading it says why."""

    def load() -> Texts:
        found: list[tuple[str, str | bytes]] = []
        for path in paths():
            with suppress(Invalid):
                found.append((str(path), files.load(path, strict_yaml.LARGEST)))
        return found

    return Layer(load)


def layer_of_texts(texts: Texts) -> Layer:
    """Texts that came together."""
    return Layer(lambda: texts)
