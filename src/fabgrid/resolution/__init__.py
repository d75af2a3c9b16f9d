"""Entities of single articles -> one node for each real thing, across all articles."""

from __future__ import annotations

from fabgrid.resolution.clusters import Resolver, resolve
from fabgrid.resolution.nodes import Resolution

__all__ = ["Resolution", "Resolver", "resolve"]
