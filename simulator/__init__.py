"""supplier-simulator: the supplier that is not real."""

__version__ = "0.1.0"
