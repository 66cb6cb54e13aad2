"""One running cluster for all tests of a module: they share its classroom, and each brings its own items."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.lms_cluster.services.cluster import Person, RunningCluster


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningCluster]:
    cluster = RunningCluster(tmp_path_factory.mktemp("cluster"))
    await cluster.start()
    yield cluster
    await cluster.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(cluster: RunningCluster) -> dict[str, Person]:
    return await cluster.populate()


@pytest.fixture
def root(people: dict[str, Person]) -> Person:
    return people["root"]


@pytest.fixture
def grace(people: dict[str, Person]) -> Person:
    return people["grace"]


@pytest.fixture
def ada(people: dict[str, Person]) -> Person:
    return people["ada"]


@pytest.fixture
def linus(people: dict[str, Person]) -> Person:
    return people["linus"]
