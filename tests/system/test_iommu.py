# SPDX-License-Identifier: BSD-2-Clause
"""DMA and interrupts go through the IOMMU: what works, what is blocked, what is refused."""

import re

import pytest

from bulkhead import READY, fits_in

pytestmark = pytest.mark.only("qemu", "kvm")

EDU = "0000:00:02.0"
NVME = "nvme,serial=bulkhead"
RNG = "virtio-rng-pci,vectors=0,iommu_platform=on,disable-legacy=on"  # a level interrupt
BLOCKED = r"^bulkhead: iommu: blocked (write to|read from) 0x%x by 00:02\.0 \(cell root\): " \
          r"not memory of its cell"


class Edu:
    """QEMU's test device: DMA between its buffer and an address of choice."""

    BUFFER = 0x40000

    def __init__(self, machine):
        self.machine = machine
        folder = f"/sys/bus/pci/devices/{EDU}"
        machine.output(f"echo 1 >{folder}/enable")
        # Command register: memory and bus master.
        machine.output(f"printf '\\006' | dd of={folder}/config bs=1 seek=4 conv=notrunc")
        self.base = int(machine.output(f"cat {folder}/resource").split()[0], 16)

    def register(self, offset, value=None):
        address = f"devmem {self.base + offset:#x} 32"
        if value is None:
            return int(self.machine.output(address), 16)
        return self.machine.output(f"{address} {value:#x}")

    def copy(self, source, target, count, to_memory):
        self.register(0x80, source)
        self.register(0x88, target)
        self.register(0x90, count)
        self.register(0x98, 3 if to_memory else 1)
        # 100 ms of the machine's time, or far more of a busy emulator's.
        self.machine.output(f"n=0; while [ $(($(devmem {self.base + 0x98:#x}) & 1)) = 1 ]; do "
                            "n=$((n + 1)); [ $n -lt 150 ] || break; sleep 0.2; done; [ $n -lt 150 ]")

    def write(self, address, count=64):
        self.copy(self.BUFFER, address, count, True)

    def read(self, address, count=64):
        self.copy(address, self.BUFFER, count, False)


def says(machine, regex):
    """Bulkhead has said it, or will soon: commands may have run past its line."""
    machine.expect_on("com1", regex)


@pytest.fixture(scope="module")
def options():
    return {"devices": ["edu,dma_mask=0xffffffff", NVME, RNG]}


def hidden_memory(machine):
    """Gaps between the root cell's RAM below 4 GiB: the RT cell's and the hypervisor's memory."""
    log = machine.output("dmesg -s 1000000 | grep BIOS-e820")
    ranges = sorted((int(first, 16), int(last, 16) + 1) for first, last in
                    re.findall(r"mem 0x([0-9a-f]+)-0x([0-9a-f]+)\]", log))
    return [end for (_, end), (start, _) in zip(ranges, ranges[1:])
            if 0x1000000 < end < start < 0x40000000]


def test_hypervisor_says_that_the_iommu_is_on(demo):
    assert fits_in(READY, demo.com1).group(3) == "vtd"
    assert "WARNING: iommu" not in demo.com1


def test_memory_of_the_tables_is_reported(demo):
    match = fits_in(r"^bulkhead: memory: .*\biommu=(\d+) bytes$", demo.com1)
    assert int(match.group(1)) >= 65536


def test_disk_controller_works_by_dma_and_messages(demo):
    assert demo.output("cat /sys/class/nvme/nvme0/serial").strip() == "bulkhead"
    counts = demo.output("grep nvme0q0 /proc/interrupts").split()[1:4]
    assert sum(map(int, counts)) > 0


def test_level_interrupts_come_again_and_again(demo):
    for _ in range(3):
        assert demo.output("dd if=/dev/hwrng bs=64 count=4 2>/dev/null | wc -c").strip() == "256"
    line = demo.output("grep fasteoi.*virtio /proc/interrupts").split()
    assert sum(map(int, line[1:4])) >= 3


def test_interrupt_moves_to_another_cpu(demo):
    number = demo.output("grep ttyS1 /proc/interrupts").split(":")[0].strip()
    for cpu in (1, 2, 0):
        demo.output(f"echo {cpu} >/proc/irq/{number}/smp_affinity_list")
        before = int(demo.output("grep ttyS1 /proc/interrupts").split()[1 + cpu])
        demo.output("echo some output")
        after = int(demo.output("grep ttyS1 /proc/interrupts").split()[1 + cpu])
        assert after > before


def test_dma_within_the_root_cell_works(demo):
    edu = Edu(demo)
    # The last page below 640 KiB is RAM that Linux leaves alone here.
    demo.output("devmem 0x9e000 32 0x12345678")
    edu.read(0x9e000, 4)
    edu.write(0x9e010, 4)
    assert int(demo.output("devmem 0x9e010 32"), 16) == 0x12345678
    assert "blocked" not in demo.com1


def test_dma_to_hidden_memory_is_blocked_and_harms_nobody(demo):
    edu = Edu(demo)
    hidden = hidden_memory(demo)
    assert len(hidden) >= 2, "the RT cell's memory and the hypervisor's"
    for address in hidden:
        edu.write(address)
        says(demo, BLOCKED % address)
        edu.read(address + 0x1000)
        says(demo, BLOCKED % (address + 0x1000))
    demo.expect_ticks(3)


def test_dma_to_the_units_own_registers_is_blocked(demo):
    Edu(demo).write(0xfed90000, 8)
    says(demo, BLOCKED % 0xfed90000)


def test_blocked_dma_is_no_nmi_for_the_root_cell(demo):
    assert sum(map(int, demo.output("grep NMI: /proc/interrupts").split()[1:4])) == 0
    assert "NMI received" not in demo.output("dmesg -s 1000000")


def test_units_registers_are_hidden_from_the_root_cell(demo):
    assert int(demo.output("devmem 0xfed90008 32"), 16) == 0xffffffff
    demo.output("devmem 0xfed90018 32 0")
    says(demo, r"cell root: cpu \d: refused: write of unmapped guest address 0xfed90018")
    demo.expect_ticks(1)


@pytest.mark.parametrize("unit", ["aw-bits=48", "caching-mode=on"])
def test_other_kinds_of_unit(boot, unit):
    machine = boot(iommu=False, devices=[f"intel-iommu,intremap=on,{unit}", NVME])
    assert machine.expect(READY).group(3) == "vtd"
    machine.expect_up()
    assert machine.output("cat /sys/class/nvme/nvme0/serial").strip() == "bulkhead"


def test_unit_without_interrupt_remapping_is_refused(boot):
    machine = boot(iommu=False, devices=["intel-iommu,intremap=off"])
    machine.expect(r"^bulkhead: cannot start: iommu: required, but the unit at 0xfed90000 has no "
                   r"interrupt remapping$")
    machine.expect(r"^bulkhead: starting the packed Linux without partitions$")
    machine.expect_up()
