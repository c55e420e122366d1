# SPDX-License-Identifier: BSD-2-Clause
"""One image, started as each of its profiles. A boot manager names one with @N in the load options;
here the firmware's shell does.
"""

import re

import pytest

from bulkhead import READY, ROOT_UP, fits_in

SYSTEM = "tests/system/failing.yaml"


@pytest.fixture(scope="module")
def image(make_image):
    return make_image("profiles", SYSTEM, on_failure="firmware")


def test_linux_alone_has_the_whole_machine(boot, lane, image):
    machine = boot(image, profiles=[1])
    match = machine.expect_on("com2", ROOT_UP)
    assert fits_in(r"^bulkhead: profile @1: Linux alone, no partitions$", machine.com1)
    # Without ACPI, an unpartitioned Linux on Bochs finds only the CPU that it starts on.
    assert match.group(1) == ("1" if lane == "bochs" else "4")
    assert "bulkhead: cannot start" not in machine.com1
    assert "bulkhead: ready:" not in machine.com1


@pytest.mark.only("qemu", "kvm")
def test_profiles_in_turn(boot, image):
    """An unknown one is refused with a sentence; the default is the partitioned system."""
    machine = boot(image, profiles=[9, 0])
    machine.expect_up()
    before, after = machine.com1.split("back in the shell:", 1)
    sentences = re.findall(r"^bulkhead: cannot start: (.*)$", before, re.MULTILINE)
    assert sentences == ["this image has no profile @9, which its load options ask for: correct the "
                         "boot entry, or leave @9 out"]
    assert "bulkhead: ready:" not in before
    assert fits_in(READY, after) and "cannot start" not in after and "profile" not in after
