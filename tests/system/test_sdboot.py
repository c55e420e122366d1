# SPDX-License-Identifier: BSD-2-Clause
"""systemd-boot finds the image in EFI/Linux by itself, lists it, and starts it; an entry of its own
with @1 in the options starts Linux alone.

Its menu is on the firmware's console, which is on both serial ports. Debian 12's version (252) does
not know profiles yet: to it the image is one entry.
"""

import re

import pytest

from bulkhead import READY, ROOT_UP, fits_in
from conftest import ROOT

LOADER = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi"
SYSTEM = "tests/system/failing.yaml"

pytestmark = pytest.mark.only("qemu", "kvm")

# By the specification of boot loader entries ("Type #1"), with the image as an EFI program.
ENTRY = """title Bulkhead's Linux alone
sort-key zzz
efi /EFI/Linux/demo.efi
options @1
"""


@pytest.fixture
def start(boot, make_image, tmp_path):
    """start(loader.conf's lines) boots a disk with systemd-boot, the image and an entry."""

    def run(*lines):
        (tmp_path / "loader.conf").write_text("".join(f"{line}\n" for line in lines))
        (tmp_path / "alone.conf").write_text(ENTRY)
        return boot(LOADER, files={
            "/EFI/Linux/demo.efi": make_image("sdboot", SYSTEM, on_failure="halt"),
            "/loader/loader.conf": tmp_path / "loader.conf",
            "/loader/entries/alone.conf": tmp_path / "alone.conf",
        })

    return run


def screen(text):
    """What was printed, without the codes that place it."""
    return re.sub(r"\x1b\[[0-9;=]*[A-Za-z]", "", text)


def test_menu_lists_the_image_and_starts_it_by_default(start):
    machine = start("timeout 5")
    machine.expect_on("com1", READY)
    menu = screen(machine.com1.split("bulkhead:", 1)[0] + machine.com2.split("bulkhead:", 1)[0])
    assert re.search(r"Bulkhead [0-9.]+ \(Linux 6\.\S+\)", menu), menu
    assert "Bulkhead's Linux alone" in menu
    assert not fits_in(r"^bulkhead: profile", machine.com1)
    assert machine.expect_on("com2", ROOT_UP).group(1) == "3"


def test_an_entry_names_a_profile(start):
    machine = start("timeout 0", "default alone.conf")
    machine.expect_on("com1", r"^bulkhead: profile @1: Linux alone, no partitions$")
    machine.expect_on("com2", r"Linux version 6\.")
    assert "bulkhead: ready:" not in machine.com1
