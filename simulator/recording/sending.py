"""Which step of a scenario a recorded KCI was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.base.copies import replace
from simulator.model import Request, Step
from simulator.recording.differences import as_template, sorted_out
from simulator.recording.following import Following, Happened
from simulator.recording.lives import Sent


@dataclass(frozen=True, slots=True)
class Sending:
    """Finds the steps of KCIs, beside the order that follows. `owners` are the requests that a KCI
    may be about.
    """

    follower: Following

    def silent(self, sent: Sent, owners: Sequence[Request]) -> Happened | None:
        """The status that the order must have got before a KCI without a message, where no KCI of
        the contract is possible in the one that it has.
        """
        if self._fitting(self.follower, sent, owners) is not None:
            return None
        for happened, moved in self.follower.silently(owners[-1], sent.at):
            if self._fitting(moved, sent, owners) is not None:
                return happened
        return None

    def step_of(self, sent: Sent, owners: Sequence[Request]) -> Happened | None:
        """The step that comes nearest to a KCI: a legal one if there is one. None where the
        contract has nothing like it.
        """
        found = self._fitting(self.follower, sent, owners) or self._nearest(
            self.follower, sent, owners, illegal=True
        )
        return self._pruned(self._completed(found, sent), sent) if found else None

    # ---- the code and the status

    def _fitting(
        self, follower: Following, sent: Sent, owners: Sequence[Request]
    ) -> Happened | None:
        """The nearest legal step, where `set` and `with` can say all that differs."""
        best = self._nearest(follower, sent, owners, illegal=False)
        return best if best is not None and not self._distance(best, sent)[0] else None

    def _nearest(
        self, follower: Following, sent: Sent, owners: Sequence[Request], *, illegal: bool
    ) -> Happened | None:
        tried = self._tried(follower, sent, owners, illegal=illegal)
        return min(tried, key=lambda happened: self._distance(happened, sent), default=None)

    def _tried(
        self, follower: Following, sent: Sent, owners: Sequence[Request], *, illegal: bool
    ) -> Iterator[Happened]:
        vocabulary = follower.dialect.vocabulary
        for owner in owners:
            for code, statuses in vocabulary.codes.items():
                for status in ("", *(vocabulary.statuses if illegal else statuses)):
                    step = Step(send=code, status=status, illegal=illegal)
                    found = follower.step(step, owner, sent.at, sent.document, sent.number)
                    if found is not None:
                        yield found

    def _distance(self, happened: Happened, sent: Sent) -> tuple[int, int, bool, bool]:
        """How far a step is from what was sent: what cannot be said, what can, and then the plain
        ones first.
        """
        vocabulary = self.follower.dialect.vocabulary
        setting, members, rest = sorted_out(happened.changes, sent.document, vocabulary)
        settles = happened.advance.request is not None
        return len(rest), len(setting) + len(members), not settles, bool(happened.step.status)

    # ---- what it sets and says

    def _completed(self, happened: Happened, sent: Sent) -> Happened:
        """The step with all that it sets and says. A legal one is tried first; one that breaks the
        contract on purpose may say anything. Where neither is possible, the step alone.
        """
        if not happened.changes:
            return happened
        for illegal in dict.fromkeys((happened.step.illegal, True)):
            steps = [
                self._with_changes(happened, sent, illegal=illegal, members_first=members_first)
                for members_first in (False, True)
            ]
            tried = [again for step in steps if (again := self._again(step, happened, sent))]
            if tried:
                return min(tried, key=lambda again: len(again.changes))
        return happened

    def _with_changes(
        self, happened: Happened, sent: Sent, *, illegal: bool, members_first: bool
    ) -> Step:
        vocabulary, names = self.follower.dialect.vocabulary, self.follower.names
        setting, members, _ = sorted_out(
            happened.changes, sent.document, vocabulary, members_first=members_first
        )
        return replace(
            happened.step,
            set={path: as_template(value, sent.at, names) for path, value in setting.items()},
            fields={name: as_template(value, sent.at, names) for name, value in members.items()},
            illegal=illegal,
        )

    def _pruned(self, happened: Happened, sent: Sent) -> Happened:
        """The step without what the contract gives by itself, once the rest is there."""
        for step in _smaller_steps(happened.step):
            again = self._again(step, happened, sent)
            if again is not None and len(again.changes) <= len(happened.changes):
                return self._pruned(again, sent)
        return happened

    def _again(self, step: Step, happened: Happened, sent: Sent) -> Happened | None:
        return self.follower.step(step, happened.owner, sent.at, sent.document, sent.number)


def _smaller_steps(step: Step) -> Iterator[Step]:
    """The step with one member less in what it sets or says."""
    yield from (replace(step, set=smaller) for smaller in _smaller(dict(step.set)))
    yield from (replace(step, fields=smaller) for smaller in _smaller(dict(step.fields)))


def _smaller(value: Any) -> Iterator[Any]:
    """A value with one member less, at any depth."""
    if isinstance(value, dict):
        for name in value:
            yield {key: member for key, member in value.items() if key != name}
        for name, member in value.items():
            yield from ({**value, name: smaller} for smaller in _smaller(member))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from ([*value[:index], one, *value[index + 1 :]] for one in _smaller(entry))
