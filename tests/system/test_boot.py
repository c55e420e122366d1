# SPDX-License-Identifier: BSD-2-Clause
"""The demo system starts: what each part says, and what the root cell finds."""

import pytest

from bulkhead import BACKENDS, HELLO_STARTED, READY, ROOT_UP, TICK, fits_in


def test_hypervisor_says_that_it_is_ready(demo, lane):
    match = fits_in(READY, demo.com1)
    assert match, demo.com1
    assert match.group(1) == "4"
    assert match.group(2) == BACKENDS.get(lane, match.group(2))
    assert match.group(3) == ("off" if lane == "bochs" else "vtd")


def test_rt_cell_is_started_on_the_last_cpu(demo):
    match = fits_in(HELLO_STARTED, demo.com1)
    assert match, demo.com1
    assert match.group(1) == "3"


def test_root_cell_has_the_other_cpus(demo):
    assert fits_in(ROOT_UP, demo.com2).group(1) == "3"
    assert demo.output("cat /sys/devices/system/cpu/present").strip() == "0-2"
    assert demo.output("cat /sys/devices/system/cpu/possible").strip() == "0-2"


def test_root_cell_has_most_of_the_memory(demo):
    assert int(fits_in(ROOT_UP, demo.com2).group(2)) > 700 * 1024


def test_each_root_cpu_runs_a_program(demo):
    for cpu in range(3):
        assert demo.output(f"taskset {1 << cpu:x} echo alive-$((40 + {cpu}))").strip() == \
            f"alive-{40 + cpu}"


def test_kernel_has_no_complaint(demo):
    log = demo.output("dmesg -s 1000000")
    for word in ("WARNING:", "BUG:", "Oops", "Call Trace", "Firmware Bug", "unchecked MSR"):
        assert word not in log


def test_efi_runtime_services_work(demo):
    names = demo.output("ls /sys/firmware/efi/efivars").split()
    assert "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c" in names
    assert demo.output("hexdump -C /sys/firmware/efi/efivars/BootCurrent-*").strip()


def test_rt_cell_ticks_while_the_root_cell_works(demo):
    demo.output("for n in 1 2 3; do (while :; do :; done) & done")
    demo.expect_ticks(5)
    demo.output("kill $(jobs -p)")


def test_root_cpu_goes_offline_and_comes_back(demo):
    online = "/sys/devices/system/cpu/cpu1/online"
    for _ in range(2):
        demo.output(f"echo 0 >{online}")
        assert demo.output("nproc").strip() == "2"
        demo.expect_ticks(1)
        demo.output(f"echo 1 >{online}")
        assert demo.output("nproc").strip() == "3"
        assert demo.output("taskset 2 echo back").strip() == "back"


# The last test with the shared machine, because it ends it.
def test_reboot_of_the_root_cell_resets_the_machine(demo):
    demo.send("reboot -f")
    assert demo.expect_end() == "reset"


@pytest.mark.parametrize("cpus", [2, 3, 8])
def test_other_cpu_counts(boot, cpus):
    machine = boot(cpus=cpus)
    assert machine.expect(READY).group(1) == str(cpus)
    assert machine.expect_up().group(1) == str(cpus - 1)
    machine.expect(TICK)


@pytest.mark.only("qemu", "kvm")
def test_memory_above_4_gib_belongs_to_the_root_cell(boot):
    machine = boot(memory=6144)
    assert int(machine.expect_up().group(2)) > 5600 * 1024
    # A file that is larger than what lies below 4 GiB, 2 GiB on this PC, so that upper memory is
    # really used.
    machine.output("mount -t tmpfs -o size=90% tmpfs /tmp")
    machine.output("dd if=/dev/zero of=/tmp/big bs=1M count=2200 2>/dev/null")
    machine.expect_ticks(1)
