# SPDX-License-Identifier: BSD-2-Clause
"""The I/O APIC takes no entry that reaches beyond the root cell. Root's kernel is told to let
/dev/mem at the registers, so that the test can write what a kernel would not."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = 0xfec00000
PIN = 20  # has no device
LOW, HIGH = 0x10 + 2 * PIN, 0x11 + 2 * PIN
MASKED = 0x10000


@pytest.fixture(scope="module")
def image(lane):
    out = ROOT / "out"
    folder = out / "lab" / lane
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "cells" / "demo.yaml").read_text(encoding="utf-8")
    text = text.replace("../out/", f"{out}/").replace('cmdline: "', 'cmdline: "iomem=relaxed ')
    assert "iomem=relaxed" in text
    system, made = folder / "relaxed.yaml", folder / "relaxed.efi"
    system.write_text(text, encoding="utf-8")
    subprocess.run([out / "mkimage", "build", system, "--stub", out / "bulkhead.efi", "--set",
                    f"iommu={'off' if lane == 'bochs' else 'required'}", "-o", made], check=True)
    return made


def write(machine, register, value):
    machine.output(f"devmem {BASE:#x} 32 {register:#x}; devmem {BASE + 0x10:#x} 32 {value:#x}")


def read(machine, register):
    return int(machine.output(f"devmem {BASE:#x} 32 {register:#x}; devmem {BASE + 0x10:#x} 32"), 16)


def refused(machine, entry, why):
    """Bulkhead has said so, or will soon: commands may have run past its line."""
    machine.expect_on("com1", rf"^bulkhead: cell root: cpu \d: refused: I/O APIC pin {PIN}: "
                              rf"entry {entry:#x} {why}")


def test_an_entry_reads_as_it_was_written(demo):
    write(demo, HIGH, 0x02000000)
    write(demo, LOW, MASKED | 0x41)
    assert read(demo, HIGH) == 0x02000000
    assert read(demo, LOW) == MASKED | 0x41
    write(demo, LOW, 0x41)
    assert read(demo, LOW) == 0x41
    assert read(demo, HIGH) == 0x02000000
    write(demo, LOW, MASKED)


@pytest.mark.parametrize("mode", [2, 3, 5, 6])
def test_delivery_beyond_a_cell_is_refused(demo, mode):
    write(demo, HIGH, 0)
    write(demo, LOW, mode << 8 | 0x41)
    refused(demo, mode << 8 | 0x41, "has no vector or delivery mode for a cell")
    write(demo, LOW, MASKED)


def test_the_rt_cells_cpu_is_no_destination(demo):
    write(demo, HIGH, 0x03000000)
    write(demo, LOW, 0x41)
    refused(demo, 0x0300000000000041, "names no CPU of the cell")
    write(demo, LOW, MASKED)


def test_illegal_vector_is_refused(demo):
    write(demo, HIGH, 0)
    write(demo, LOW, 0x0f)
    refused(demo, 0x0f, "has no vector or delivery mode for a cell")
    write(demo, LOW, MASKED)


def test_nobody_is_harmed(demo):
    for vector in range(0, 256, 5):
        demo.output(f"devmem {BASE + 0x40:#x} 32 {vector:#x}")
    demo.expect_ticks(3)
    assert demo.output("echo alive").strip() == "alive"
