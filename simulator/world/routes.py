"""Which throw-away supplier answers a request, as this process knows it.

What was found stays good until a supplier is made or deleted, by whatever process. Each of these
changes the *version* of the list of suppliers. A request carries the version by which its supplier
was found, and the transaction that answers it looks whether the version is still the same
(`Outdated` if it is not), with a statement that it runs in any case.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.store import Store, Tx, locks
from simulator.supplier import Supplier

MOST_KNOWN = 10_000

Key = tuple[str, ...]
Ask = Callable[[Tx], Supplier | None]


class Routes:
    """What this process has found by one version of the list."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.known: tuple[str, dict[Key, Supplier | None]] = ("", {})

    def find(self, key: Key, ask: Ask) -> tuple[Supplier | None, str]:
        """The supplier of a key, and the version by which it was found. The store is asked once for
        each version and key.
        """
        version, found = self.known
        if key not in found:
            with self.store.read() as tx:
                now, supplier = locks.version(tx), ask(tx)
            if now != version or len(found) >= MOST_KNOWN:
                version, found = self.known = (now, {})
            found[key] = supplier
        return found[key], version

    def forget(self) -> None:
        """A supplier was made or deleted."""
        self.known = ("", {})
