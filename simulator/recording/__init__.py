"""From one order's life, as it was recorded, to a scenario file that plays it again.

`sources` reads journals and HAR files into exchanges, `lives` sorts these by order, `following`
plays an order beside the recorded one, `recorder` finds the scenario, `writing` writes the file.
Nothing here asks a store or a clock.
"""

from __future__ import annotations

from simulator.recording.lives import Life, chosen, lives_of
from simulator.recording.recorder import record
from simulator.recording.writing import Recording, as_yaml

__all__ = ["Life", "Recording", "as_yaml", "chosen", "lives_of", "record"]
