# SPDX-License-Identifier: BSD-2-Clause
"""The lanes for the system tests: pytest --lane=qemu|bochs|kvm tests/system

A test that takes the fixture `lane` runs on each lane; mark it with `only("qemu")` where a lane
lacks what it tests. A boot is dear (a minute on Bochs), so tests share machines through fixtures
where the machine survives the test.
"""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lab"))

from bulkhead import Bulkhead  # noqa: E402  (needs the path above)


def pytest_addoption(parser):
    parser.addoption("--lane", default="qemu", choices=("qemu", "bochs", "kvm"))
    parser.addoption("--image", default=None, help="instead of the demo image of out/")
    parser.addoption("--attack-seed", type=int, default=1, help="of both attackers")
    parser.addoption("--attack-ops", type=int, default=20000, help="operations of the RT attacker")
    parser.addoption("--attack-root-ops", type=int, default=4000, help="operations of /attack")


def pytest_configure(config):
    config.addinivalue_line("markers", "only(lane, ...): runs on these lanes alone")


def pytest_collection_modifyitems(config, items):
    """Leave out what this lane cannot run: it is no test of this lane, not even a skipped one."""
    lane = config.getoption("--lane")
    kept = []
    for item in items:
        mark = item.get_closest_marker("only")
        if mark is None or lane in mark.args:
            kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def lane(pytestconfig):
    return pytestconfig.getoption("--lane")


@pytest.fixture(scope="session")
def image(pytestconfig, lane):
    name = "demo-noiommu.efi" if lane == "bochs" else "demo.efi"
    path = pathlib.Path(pytestconfig.getoption("--image") or ROOT / "out" / name)
    assert path.exists(), f"{path} is missing: run make first"
    return path


@pytest.fixture(scope="session")
def make_image(lane):
    """make_image(name, system file, setting=value...) builds an image; its path."""
    folder = ROOT / "out" / "tests" / "images" / lane
    folder.mkdir(parents=True, exist_ok=True)

    def make(name, system, **settings):
        path = folder / f"{name}.efi"
        options = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        subprocess.run([ROOT / "out" / "mkimage", "build", ROOT / system, "--stub",
                        ROOT / "out" / "bulkhead.efi", *options, "-o", path], check=True)
        return path

    return make


def variant(system, folder, old, new):
    """Write a copy of a system file with one text replaced; its path."""
    text = (ROOT / system).read_text()
    assert text.count(old) == 1
    path = folder / "system.yaml"
    path.write_text(re.sub(r"(\.\./)+out/", f"{ROOT / 'out'}/", text.replace(old, new)))
    return path


@pytest.fixture
def boot(request, lane, image):
    """boot(image, **options of Machine) starts a machine of its own for this test."""
    machines = []

    def start(image=image, **options):
        log = ROOT / "out" / "lab" / lane / request.node.name
        machines.append(Bulkhead(lane, image, log=log, **options))
        return machines[-1].__enter__()

    yield start
    for machine in machines:
        machine.__exit__(None, None, None)


@pytest.fixture(scope="module")
def options():
    """Options of Machine for the file's shared machine; a file may have its own."""
    return {}


@pytest.fixture(scope="module")
def demo(request, lane, image, options):
    """The demo system with its default size, up, shared by the tests of one file."""
    log = ROOT / "out" / "lab" / lane / request.module.__name__
    with Bulkhead(lane, image, log=log, **options) as machine:
        machine.expect_up()
        yield machine
