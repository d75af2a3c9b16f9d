"""Snapshots and the ontology, for every test of the page."""

from __future__ import annotations

import page_samples as samples
import pytest

from fabgrid import ontology as vocabulary
from fabgrid.model import Snapshot
from fabgrid.ontology import Ontology


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return vocabulary.load()


@pytest.fixture(scope="session")
def industry() -> Snapshot:
    return samples.industry()


@pytest.fixture(scope="session")
def hostile() -> Snapshot:
    return samples.hostile()
