# SPDX-License-Identifier: BSD-2-Clause
"""Cells that attack: what they get, and that the others go on.

One machine for the whole file: root on two CPUs, hello, and the cell probe, which commits every
forbidden act it knows and then dies. The tests run in their order; the last ones take the root cell
down as well.
"""

import re

import pytest

from bulkhead import Bulkhead
from conftest import ROOT, variant

PAGE = 4096
PROBE = "tests/system/probe.yaml"
IOAPIC = 0xfec00000
LINE = 4
CELL_BYTES = 2 * (16 << 20) + (64 << 10)  # the RAM of hello and probe, and their link


@pytest.fixture(scope="module")
def walls(lane, make_image):
    image = make_image("probe", PROBE)
    with Bulkhead(lane, image, log=ROOT / "out" / "lab" / lane / "test_walls", com3=True) as machine:
        machine.expect_up()
        yield machine


def test_each_forbidden_act_of_an_rt_cell_is_answered(walls):
    done = walls.expect_on("com1", r"^\[probe\] probe done: (\d+) passed, (\d+) failed$")
    results = re.findall(r"^\[probe\] (PASS|FAIL) (.*)$", walls.com1, re.MULTILINE)
    assert [name for result, name in results if result == "FAIL"] == []
    assert done.groups() == (str(len(results)), "0")
    assert len(results) >= 40


def test_ports_interrupt_line_and_link_of_the_rt_cell_are_announced(walls):
    assert re.search(r"^bulkhead: layout: cell probe: .* ports=0x3e8-0x3ef irqs=4$", walls.com1,
                     re.MULTILINE)
    assert re.search(r"^bulkhead: layout: link ticks: memory=0x\w+-0x\w+ cells=hello,probe\(read\)$",
                     walls.com1, re.MULTILINE)


def test_rt_cell_that_triple_faults_is_parked(walls):
    walls.expect_on("com1", r"^bulkhead: cell probe: cpu 2 parked \(was running\): triple fault$")


def test_others_go_on(walls):
    walls.expect_ticks(3)
    assert walls.output("nproc").strip() == "2"
    assert walls.output("taskset 2 echo alive").strip() == "alive"


def test_root_cell_has_noticed_nothing(walls):
    log = walls.output("dmesg -s 1000000")
    for word in ("WARNING:", "BUG:", "Call Trace", "unchecked MSR", "NMI received", "spurious",
                 "No irq handler", "unexpected IRQ", "nobody cared"):
        assert word not in log
    counts = walls.output("cat /proc/interrupts")
    for name in ("NMI", "SPU", "ERR", "MIS"):
        line = re.search(rf"^ *{name}: +((?:\d+ *)+)", counts, re.MULTILINE)
        assert line and set(line.group(1).split()) == {"0"}, counts


def test_root_cell_has_lost_the_rt_cells_ports(walls):
    assert walls.output("ports first=1000 count=8").strip() == "ports:" + 8 * " ff"  # 0x3e8
    # what is before is still there: COM2 is this very console
    assert walls.output("ports first=765 count=1").strip() != "ports: ff"  # 0x2fd


def test_root_cell_does_not_see_the_rt_cells_interrupt_line(walls):
    def low_half(pin):
        return int(walls.output(f"devmem {IOAPIC:#x} 32 {0x10 + 2 * pin:#x}; devmem {IOAPIC + 0x10:#x} 32"), 16)

    assert low_half(LINE) == 0
    assert low_half(9) != 0  # ACPI's is root's


def gaps(log):
    """Ranges between 1 MiB and the end of RAM that the kernel's memory map does not name."""
    ranges = sorted((int(start, 16), int(end, 16) + 1, kind) for start, end, kind in re.findall(
        r"BIOS-e820: \[mem 0x(\w+)-0x(\w+)\] (.*)$", log, re.MULTILINE))
    top = max(end for _, end, kind in ranges if kind == "usable")
    found, at = [], 1 << 20
    for start, end, _ in ranges:
        if at < start < top:
            found.append((at, start))
        at = max(at, end)
    return found


@pytest.fixture(scope="module")
def foreign(walls):
    """Addresses of what was taken away from the root cell: the cells' RAM, the hypervisor."""
    found = gaps(walls.output("dmesg -s 1000000"))
    held = int(re.search(r"\bheld=(\d+)", walls.com1).group(1))
    sizes = [end - start for start, end in found]
    assert sum(sizes) >= CELL_BYTES + held, found
    assert any(held <= size < held + (1 << 20) for size in sizes), found
    return found


def test_root_cell_does_not_see_foreign_memory(walls, foreign):
    listing = walls.output("cat /proc/iomem")
    ram = [(int(start, 16), int(end, 16)) for start, end in
           re.findall(r"^(\w+)-(\w+) : System RAM$", listing, re.MULTILINE)]
    assert ram
    for start, end in foreign:
        assert not any(low < end and start <= high for low, high in ram)


def places(foreign):
    """Its ends and, in cells, where hello's code lies (2 MiB behind the start of its RAM)."""
    found = []
    for start, end in foreign:
        # busybox maps the next page, too, for the last 64 bytes of one
        found += [start, end - 64]
        found += [at + 0x200000 for at in range(start, end, 16 << 20) if at + 0x200000 < end]
    return found


def test_root_cell_reads_ones_from_foreign_memory(walls, foreign):
    for address in places(foreign):
        for bits, ones in ((8, "0xFF"), (32, "0xFFFFFFFF"), (64, "0xFFFFFFFFFFFFFFFF")):
            assert walls.output(f"devmem {address:#x} {bits}").strip() == ones
    walls.expect_on("com1", r"^bulkhead: cell root: cpu \d: refused: read of unmapped guest address "
                            rf"{foreign[0][0]:#x}$")


def test_writes_of_the_root_cell_to_foreign_memory_vanish(walls, foreign):
    for start, end in foreign:
        # All of it, page by page: what stood anywhere here would now be overwritten.
        for address in {*range(start, end, max(PAGE, (end - start) // 16 // PAGE * PAGE)),
                        *places([(start, end)])}:
            walls.output(f"devmem {address:#x} 32 0xdeadbeef")
    walls.expect_ticks(3)
    assert walls.output("nproc").strip() == "2"


def test_rt_cell_survives_root_cpus_that_loop_with_interrupts_off(walls):
    """The program rogue takes the kernel's place, sends SMI, NMI, INIT and SIPI to all, then loops."""
    walls.send("rogue")
    walls.expect(r"^ROGUE-ROOT cpus=2$")
    walls.expect_ticks(5)
    assert not re.search(r"cell hello: cpu \d parked", walls.com1)
    assert walls.ended is None


def test_fault_of_an_rt_cell_resets_the_machine_if_the_system_file_says_so(boot, make_image, tmp_path):
    image = make_image("fault", variant(PROBE, tmp_path, "args: triple", "args: triple\n    on_fault: reset"))
    machine = boot(image, com3=True)
    machine.expect_on("com1", r"^bulkhead: cell probe: on_fault: reset$")
    assert machine.expect_end() == "reset"


@pytest.mark.only("qemu", "kvm")
def test_rt_cell_that_runs_off_is_parked(boot, make_image, tmp_path):
    image = make_image("runaway", variant(PROBE, tmp_path, "args: triple", "args: runaway"))
    machine = boot(image)
    machine.expect_on("com1", r"^bulkhead: cell probe: cpu 2 parked \(was running\): an event could "
                              r"not be delivered: its IDT, stack or TSS is unmapped$")
    machine.expect_up()
    machine.expect_ticks(3)
