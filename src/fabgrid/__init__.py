"""fabgrid reads industry articles into a knowledge graph whose every edge opens its sentence."""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
