# SPDX-License-Identifier: BSD-2-Clause
"""Two attackers and a judge (docs/attackers.md), all in one machine.

The cell attacker and the root cell's program /attack throw what they can at everything at the same
time; the cell judge between them must not notice. `make soak` is this file with more operations.
"""

import re

import pytest

from bulkhead import PATIENCE, Bulkhead
from conftest import ROOT, variant

SYSTEM = "cells/attack.yaml"
ARGS = 'args: "seed=1 ops=20000 final=triple"'
REFUSALS_PRINTED = 33    # of a cell: CELL_REFUSED_MAX and the line that says so
SUMS_PRINTED = 17        # of a cell: one for each power of ten from 1000 on that fits into 64 bits
OPS_A_SECOND = 50        # what the slowest machine is expected to do, for the time limit

RT_CLASSES = ("memory", "port", "msr", "apic", "instruction")
ROOT_CLASSES = ("memory", "port", "msr", "apic", "pci")


class Attacked:
    """The machine after the attacks, and what the attackers were told."""

    def __init__(self, machine, config):
        self.machine = machine
        self.seed = config.getoption("--attack-seed")
        self.ops = config.getoption("--attack-ops")
        self.root_ops = config.getoption("--attack-root-ops")
        self.root = []  # (status, output) of each run of /attack

    def run_root(self, ops, seed=None):
        command = f"/attack seed={seed or self.seed} ops={ops}"
        self.root.append(self.machine.run(command, PATIENCE + ops / OPS_A_SECOND))

    def wait(self):
        """Until the attacking cell has done all, and the judge has looked at it once more."""
        self.machine.expect_on("com1", r"^\[attacker\] attacker: cpu 0 goes on after the end of cpu 1$",
                               PATIENCE + self.ops / OPS_A_SECOND)
        ticks = self.judged()[-1][0]
        self.machine.expect_on("com1", rf"^\[judge\] judge: ticks=(?!{ticks}\b)\d+ errors=\d+ lost=\d+\n"
                                       rf"(?s:.)*^\[judge\] judge: ticks=(?!{ticks}\b)")

    def judged(self):
        """(ticks, errors, lost) of each of the judge's lines."""
        return [tuple(map(int, line)) for line in re.findall(
            r"^\[judge\] judge: ticks=(\d+) errors=(\d+) lost=(\d+)$", self.machine.com1,
            re.MULTILINE)]

    def say(self, pattern, text=None):
        """The lines that fit, once each: what `make soak` reports."""
        lines = re.findall(pattern, text or self.machine.com1, re.MULTILINE)
        print(*dict.fromkeys(lines), sep="\n")


@pytest.fixture(scope="module")
def attacked(lane, make_image, pytestconfig, tmp_path_factory):
    options = {} if lane == "bochs" else {"iommu": "required"}
    run = Attacked(None, pytestconfig)
    args = f'args: "seed={run.seed} ops={run.ops} final=triple"'
    image = make_image("attack", variant(SYSTEM, tmp_path_factory.mktemp("attack"), ARGS, args),
                       **options)
    with Bulkhead(lane, image, log=ROOT / "out" / "lab" / lane / "test_attack") as machine:
        run.machine = machine
        machine.expect_up()
        run.run_root(run.root_ops)
        run.run_root(run.root_ops // 10)
        run.run_root(run.root_ops // 10, run.seed + 1)
        run.wait()
        print(f"lane {lane}")
        run.say(r"^.*attack: (?:seed|kind|refused|done).*$", run.root[0][1])
        run.say(r"^\[attacker\] attacker: (?:seed|kind|refused|done).*$")
        run.say(r"^bulkhead: cell \w+: (?:refused so far|cpu \d+ parked).*$")
        run.say(r"^\[judge\].*$(?!(?s:.)*^\[judge\])")
        yield run


def numbers(text):
    return {name: int(value) for name, value in re.findall(r"\b(\w+)=(\d+)\b", text)}


def test_attacking_cell_has_done_all(attacked):
    com1 = attacked.machine.com1
    assert f"[attacker] attacker: done ops={attacked.ops} seed={attacked.seed}\n" in com1
    assert "FAILED" not in com1


def test_root_cell_has_done_all_and_reached_nothing(attacked):
    status, text = attacked.root[0]
    assert f"attack: done ops={attacked.root_ops} seed={attacked.seed} failed=0" in text
    assert status == 0
    for name in ("ports", "memory", "MSRs"):
        assert f"attack: no {name}" not in text
    assert attacked.machine.output("nproc").strip() == "1"
    # Bulkhead's own NMIs are for nobody, however many the other cell causes.
    interrupts = attacked.machine.output("cat /proc/interrupts")
    assert re.search(r"^ *NMI: +(\d+)", interrupts, re.MULTILINE).group(1) == "0"


def test_judge_has_noticed_nothing(attacked):
    judged = attacked.judged()
    ticks = [line[0] for line in judged]
    assert len(ticks) >= 3 and ticks == sorted(set(ticks))
    assert {errors for _, errors, _ in judged} == {0}
    assert "judge: ERROR" not in attacked.machine.com1
    assert not re.search(r"^\[judge\] (?!judge: )", attacked.machine.com1, re.MULTILINE)


# QEMU's timers are those of its host, whose scheduler loses ticks without any attack.
@pytest.mark.only("bochs")
def test_judge_has_lost_no_tick(attacked):
    ticks, _, lost = attacked.judged()[-1]
    assert ticks >= 100 and lost == 0


def test_no_cpu_is_parked_but_the_one_that_kills_itself(attacked):
    parked = re.findall(r"^bulkhead: cell (\w+): cpu \d+ parked \(was [\w-]+\): (.*)$",
                        attacked.machine.com1, re.MULTILINE)
    assert parked == [("attacker", "triple fault")]
    assert "bulkhead: bug" not in attacked.machine.com1


def test_refusals_are_counted_by_class(attacked):
    told = {"attacker": (re.search(r"^\[attacker\] attacker: refused (.*)$", attacked.machine.com1, re.MULTILINE),
                         RT_CLASSES),
            "root": (re.search(r"attack: refused (.*)$", attacked.root[-1][1], re.MULTILINE),
                     ROOT_CLASSES)}
    for cell, (line, classes) in told.items():
        counts = numbers(line.group(1))
        total = counts.pop("all")
        assert all(counts[name] > 0 for name in classes), (cell, line.group(1))
        assert total == sum(counts.values()), (cell, line.group(1))
        printed = re.findall(rf"^bulkhead: cell {cell}: refused so far: (\d+): (.*)$",
                             attacked.machine.com1, re.MULTILINE)
        sums = [int(number) for number, _ in printed]
        assert sums == [10 ** n for n in range(3, 3 + len(sums))]
        # the cell goes on a little after it has asked
        assert total < 10 ** (3 + len(sums)) and (not sums or sums[-1] < 2 * total)


def test_console_is_not_flooded(attacked):
    for cell in ("attacker", "root"):
        com1 = attacked.machine.com1
        refused = re.findall(rf"^bulkhead: cell {cell}: (?:cpu \d+: refused: |further refusals)", com1,
                             re.MULTILINE)
        sums = re.findall(rf"^bulkhead: cell {cell}: refused so far: ", com1, re.MULTILINE)
        assert 0 < len(refused) <= REFUSALS_PRINTED and len(sums) <= SUMS_PRINTED


def test_same_seed_gives_the_same_operations(attacked):
    tenth, again = (re.search(rf"attacker: {what} ops={attacked.ops // 10} list=(\w+)$",
                              attacked.machine.com1, re.MULTILINE).group(1)
                    for what in ("10%", "again"))
    assert tenth == again
    (_, first), (_, second), (_, other) = attacked.root
    lists = [re.search(r"ops=(\d+) list=(\w+)$", text, re.MULTILINE).groups() for text in (first,)]
    lists += [re.search(r"100% ops=(\d+) list=(\w+)$", text, re.MULTILINE).groups()
              for text in (second, other)]
    assert lists[0] == lists[1] != lists[2]
