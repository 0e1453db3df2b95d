"""One running appliance for all tests here; each brings it to IDLE first."""

from collections.abc import Iterator

import pytest
from e2e_rig import Appliance


@pytest.fixture(scope="session")
def appliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    with Appliance(tmp_path_factory.mktemp("e2e")) as running:
        yield running
