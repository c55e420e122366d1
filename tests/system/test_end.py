# SPDX-License-Identifier: BSD-2-Clause
"""How the root cell ends, and that its end does not touch the RT cell unless it ends the machine."""

import pytest


def test_rt_cell_survives_a_panic_of_the_root_cell(boot):
    machine = boot()
    machine.expect_up()
    machine.send("echo c >/proc/sysrq-trigger")
    machine.expect(r"Kernel panic - not syncing: sysrq triggered crash")
    machine.expect(r"---\[ end Kernel panic")
    machine.expect_ticks(5)
    assert machine.ended is None


# Bochs has no ACPI tables, and Linux knows no other way to switch a PC off.
@pytest.mark.only("qemu", "kvm")
def test_poweroff_switches_the_machine_off(boot):
    machine = boot()
    machine.expect_up()
    machine.send("poweroff -f")
    assert machine.expect_end() == "poweroff"
