# SPDX-License-Identifier: BSD-2-Clause
"""A cell owns a PCI device: its registers, DMA and interrupts; and what neither side can reach.

The machine has two edu devices, the first for the RT cell `pci`, the second for root, and two
network cards of root with MSI-X, one of them behind a bridge.
"""

import pathlib
import re

import pytest

from bulkhead import Bulkhead, fits_in

pytestmark = pytest.mark.only("qemu")

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEVICES = ("edu,addr=5", "edu,addr=6", "vmxnet3,netdev=n0,addr=7",
           "pcie-root-port,id=rp1,chassis=1,addr=8",
           "virtio-net-pci,bus=rp1,netdev=n1,iommu_platform=on")
SECOND_EDU = "/sys/bus/pci/devices/0000:00:06.0"
EDU_ID = 0x010000ed


@pytest.fixture(scope="module")
def image():
    path = ROOT / "out" / "pci-demo.efi"
    assert path.exists(), f"{path} is missing: run make first"
    return path


@pytest.fixture(scope="module")
def machine(lane, image):
    with Bulkhead(lane, image, devices=DEVICES, log=ROOT / "out" / "lab" / lane / "pci") as m:
        m.expect_up()
        yield m


@pytest.fixture(scope="module")
def attacked(machine):
    """COM1 once the RT cell has done all that it does, which may be before root is up."""
    machine.expect_on("com1", r"^\[pci\] attack: done$")
    return machine.com1


@pytest.fixture(scope="module")
def registers(attacked):
    """Where the RT cell's device has its registers."""
    return int(fits_in(r"^\[pci\] edu: registers at 0x([0-9a-f]+)", attacked).group(1), 16)


def devmem(machine, address, width=32):
    return int(machine.output(f"devmem {address:#x} {width}").strip(), 16)


def config_read(machine, function, offset):
    text = machine.output(f"dd if={function}/config bs=1 skip={offset} count=4 2>/dev/null | "
                          "od -An -tx4")
    return int(text.strip(), 16)


def config_write(machine, function, offset, value):
    octal = "".join(f"\\0{byte:o}" for byte in value.to_bytes(4, "little"))
    machine.output(f"printf '%b' '{octal}' | "
                   f"dd of={function}/config bs=1 seek={offset} conv=notrunc 2>/dev/null")


@pytest.mark.parametrize("part", ["mmio", "dma", "msi"])
def test_the_cell_drives_its_device(attacked, part):
    assert fits_in(rf"^\[pci\] edu: {part} ok$", attacked), attacked


def test_the_iommu_is_on(attacked):
    assert fits_in(r"^bulkhead: ready: .* iommu=vtd$", attacked), attacked


def test_no_wall_breaks(attacked):
    assert "BROKEN" not in attacked and "FAILED" not in attacked, attacked
    assert len(re.findall(r"^\[pci\] attack: .*: held$", attacked, re.MULTILINE)) == 2


def test_a_foreign_function_is_an_empty_slot(attacked):
    assert fits_in(r"^\[pci\] attack: host bridge reads 0xffffffff: held$", attacked)
    assert fits_in(r"^bulkhead: cell pci: cpu \d+: refused: configuration of PCI function "
                   r"00:00\.0$", attacked)
    functions = re.findall(r"^\[pci\] function (\S+):", attacked, re.MULTILINE)
    assert functions == ["00:05.0"]


def test_a_bar_of_the_cell_does_not_move(attacked):
    assert fits_in(r"^bulkhead: cell pci: cpu \d+: refused: BAR 0 of PCI function 00:05\.0 at ",
                   attacked), attacked


def test_an_interrupt_for_another_cell_is_not_armed(attacked):
    assert fits_in(r"^bulkhead: cell pci: cpu \d+: refused: MSI of PCI function 00:05\.0: "
                   r"0xfee00000 data 0x50$", attacked), attacked
    assert fits_in(r"^\[pci\] attack: interrupt for apic id 0: none here$", attacked)


@pytest.mark.parametrize("direction", ["write to", "read from"])
def test_dma_beyond_the_cell_is_blocked_and_named(attacked, direction):
    assert fits_in(rf"^bulkhead: iommu: blocked {direction} 0x4000\w* by 00:05\.0 \(cell pci\)",
                   attacked), attacked
    assert fits_in(r"^\[pci\] attack: dma from 0x4000000 ended and brought nothing", attacked)


@pytest.mark.parametrize("part", ["dma", "msi"])
def test_the_device_works_after_the_attack(attacked, part):
    assert fits_in(rf"^\[pci\] edu: after the attack: {part} ok$", attacked), attacked


def test_the_neighbours_live_on(machine, attacked):
    machine.expect_ticks(3)
    assert machine.output("echo alive").strip() == "alive"


def test_root_does_not_find_the_cells_function(machine):
    functions = machine.output("ls /sys/bus/pci/devices").split()
    assert "0000:00:05.0" not in functions
    assert "0000:00:06.0" in functions


def test_root_does_not_reach_the_cells_registers(machine, registers):
    assert devmem(machine, registers) == 0xffffffff
    machine.output(f"devmem {registers + 8:#x} 32 5")
    machine.expect_on("com1", r"^bulkhead: cell root: cpu \d+: refused: read of unmapped guest "
                              rf"address {registers:#x}$")


def test_root_moves_its_bar_but_not_over_the_cells(machine, registers):
    machine.output(f"echo 1 >{SECOND_EDU}/enable")
    own = config_read(machine, SECOND_EDU, 0x10)
    assert devmem(machine, own) == EDU_ID
    config_write(machine, SECOND_EDU, 0x10, registers)
    assert devmem(machine, own) == EDU_ID
    machine.expect_on("com1", r"^bulkhead: cell root: cpu \d+: refused: BAR 0 of PCI function "
                              rf"00:06\.0 at {registers:#x}$")
    config_write(machine, SECOND_EDU, 0x10, own)
    assert config_read(machine, SECOND_EDU, 0x10) == own
    assert devmem(machine, own) == EDU_ID


@pytest.mark.parametrize("card,driver", [("eth0", "vmxnet3"), ("eth1", "virtio")])
def test_network_cards_of_root_work_with_msix(machine, card, driver):
    machine.output(f"ip link set {card} up && ip addr add 10.0.2.15/24 dev {card}")
    machine.output("ping -c 3 -w 20 10.0.2.2")
    machine.output(f"ip addr del 10.0.2.15/24 dev {card}")
    name = card if driver == "vmxnet3" else "virtio"
    counts = [sum(int(n) for n in re.findall(r"\b\d+\b", line.split("PCI-MSI")[0].split(":", 1)[1]))
              for line in machine.output("cat /proc/interrupts").splitlines()
              if "PCI-MSI" in line and name in line]
    assert len(counts) >= 2 and sum(counts) > 0, counts


def test_an_interrupt_of_root_moves_to_another_cpu(machine):
    lines = machine.output("cat /proc/interrupts").splitlines()
    number = next(line.split(":")[0].strip() for line in lines if "virtio" in line and
                  "input" in line)
    machine.output("ip link set eth1 up && ip addr add 10.0.2.15/24 dev eth1")
    for cpu in (1, 0):
        machine.output(f"echo {1 << cpu} >/proc/irq/{number}/smp_affinity")
        before = interrupts_on(machine, number, cpu)
        machine.output("ping -c 3 -w 20 10.0.2.2")
        assert interrupts_on(machine, number, cpu) > before
    machine.output("ip addr del 10.0.2.15/24 dev eth1")


def memory_exits(machine, cpu):
    """Accesses of root's CPU to memory that traps, as Bulkhead counts them."""
    return int(re.search(rf"^exits: cpu={cpu} .* memory=(\d+)", machine.output("exits"), re.MULTILINE).group(1))


def msix_control(machine):
    """Address of the vector control of the network card's last MSI-X entry, which no driver uses."""
    function = "/sys/bus/pci/devices/0000:00:07.0"
    at = config_read(machine, function, 0x34) & 0xfc
    while config_read(machine, function, at) & 0xff != 0x11:  # capability id: MSI-X
        at = config_read(machine, function, at) >> 8 & 0xfc
    last = config_read(machine, function, at) >> 16 & 0x7ff
    table = config_read(machine, function, at + 4)
    starts = machine.output(f"cut -d ' ' -f 1 {function}/resource").split()
    return int(starts[table & 7], 16) + (table & ~7) + 16 * last + 12


def test_an_unmask_costs_root_one_exit(machine):
    """Masking and unmasking an MSI-X entry is a write each, and each write is one exit."""
    control, rounds = msix_control(machine), 20
    loop = (f"for i in $(seq {rounds}); do devmem {control:#x} 32 1; devmem {control:#x} 32 0; done; "
            f"devmem {control:#x} 32 1")
    before = memory_exits(machine, 1)
    machine.output(f"taskset 2 sh -c '{loop}'")
    assert memory_exits(machine, 1) - before == 2 * rounds + 1


def interrupts_on(machine, number, cpu):
    line = machine.output(f"grep '^ *{number}:' /proc/interrupts")
    return int(line.split(":")[1].split()[cpu])


def test_the_kernel_has_no_complaint(machine):
    log = machine.output("dmesg -s 1000000")
    for word in ("WARNING:", "BUG:", "Oops", "Call Trace", "error updating", "vector exhausted"):
        assert word not in log


def test_a_device_that_is_missing_is_named(boot):
    machine = boot(devices=())
    machine.expect(r"^bulkhead: cannot start: cell pci: this machine has 0 PCI functions "
                   r"1234:11e8, but number 0 of them \(from 0\) is in its devices$")
