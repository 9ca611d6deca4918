"""When a sender's next turn begins."""

from __future__ import annotations

import asyncio
import threading

from simulator.sender.alarm import Alarm

LONG = 3600.0


def test_the_earliest_moment_counts() -> None:
    async def main() -> None:
        alarm = Alarm()
        alarm.ring_in(LONG)
        alarm.ring_in(0.001)
        alarm.ring_in(LONG)
        await asyncio.wait_for(alarm.wait(), 30)

    asyncio.run(main())


def test_another_thread_may_call() -> None:
    async def main() -> None:
        alarm = Alarm()
        alarm.ring_in(LONG)
        threading.Thread(target=alarm.call, args=(0,)).start()
        await asyncio.wait_for(alarm.wait(), 30)

    asyncio.run(main())


def test_what_was_told_before_a_turn_is_forgotten() -> None:
    async def main() -> tuple[bool, bool]:
        alarm = Alarm()
        alarm.ring()
        alarm.ring_in(LONG)
        was_rung = alarm.rung.is_set()
        alarm.clear()
        return was_rung, alarm.rung.is_set() or alarm.timer is not None

    assert asyncio.run(main()) == (True, False)


def test_a_call_after_the_end_does_nothing() -> None:
    async def main() -> Alarm:
        return Alarm()

    asyncio.run(main()).call(0)
