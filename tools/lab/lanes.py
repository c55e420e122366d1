# SPDX-License-Identifier: BSD-2-Clause
"""How each lane is started: the emulator's command line and configuration.

A lane is an object with
  command()       the command line to run,
  uses_terminal   whether the emulator wants a terminal as its standard input and output,
  own_terminal    whether it is to have ours, for its own debugger,
  uses_pipes      whether its serial ports are pairs of named pipes, not sockets,
  notice(text)    takes what the emulator itself has said, sets `end` to (kind, reason) when
                  the machine has ended; kind is 'reset', 'poweroff' or 'died',
  conclude()      the same (kind, reason) once the emulator's process is gone.
"""

import json
import os
import re

from errors import LabError

KVM_DEVICE = "/dev/kvm"


class Qemu:
    """QEMU's own CPU emulation: SVM with nested paging beside an Intel IOMMU, no VMX."""

    uses_terminal = False
    own_terminal = False
    uses_pipes = True
    default_timeout = 300
    control = "qmp"  # name of the socket on which the emulator itself talks
    accelerator = ["-accel", "tcg,thread=multi", "-cpu", "max,+svm,+npt"]

    def __init__(self, setup):
        self.setup = setup
        self.end = None
        self.cpu_log = os.path.join(setup.log, "cpu.log")
        # Left over from an earlier machine, it would be taken for this one's.
        if os.path.exists(self.cpu_log):
            os.unlink(self.cpu_log)

    def command(self):
        setup = self.setup
        command = ["qemu-system-x86_64", *self._firmware(), *self.accelerator]
        if setup.cpu:
            command += ["-cpu", setup.cpu]
        command += ["-smp", str(setup.cpus), "-m", str(setup.memory), "-nodefaults", "-display", "none",
                    "-vga", "std", "-action", "reboot=shutdown", "-d", "cpu_reset", "-D", self.cpu_log]
        if setup.iommu:
            command += ["-device", "intel-iommu,intremap=on"]
        for name in ("com1", "com2"):
            command += ["-chardev", f"pipe,id={name},path={setup.sockets[name]}",
                        "-serial", f"chardev:{name}"]
        if setup.com3:
            command += ["-device", "isa-serial,iobase=0x3e8,irq=4"]
        command += ["-chardev", f"socket,id=qmp,path={setup.sockets['qmp']}",
                    "-mon", "chardev=qmp,mode=control"]
        for number, disk in enumerate([setup.boot_disk, *setup.disks]):
            command += ["-drive", f"if=none,id=disk{number},format=raw,file={disk}",
                        "-device", f"ide-hd,drive=disk{number},bus=ide.{number},"
                                   f"bootindex={number}"]
        for device in setup.devices:
            # A network of its own, of QEMU's making and closed to the outside.
            for name in re.findall(r"\bnetdev=([^,]+)", device):
                command += ["-netdev", f"user,id={name},restrict=on"]
            command += ["-device", device]
        for plugin in setup.plugins:
            command += ["-plugin", plugin]
        if setup.gdb:
            command += ["-s", "-S"]
        return command

    def _firmware(self):
        """The machine and its flash chip."""
        machine = "q35,kernel-irqchip=split"
        setup = self.setup
        if not setup.variables:
            return ["-M", machine, "-bios", setup.firmware]
        # A flash chip that takes writes from SMM alone; OVMF has no resume from S3 with it.
        return ["-M", f"{machine},smm=on",
                "-global", "driver=cfi.pflash01,property=secure,value=on",
                "-global", "ICH9-LPC.disable_s3=1",
                "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={setup.firmware}",
                "-drive", f"if=pflash,unit=1,format=raw,file={setup.variables}"]

    def notice(self, text):
        """One line of QEMU's monitor, in JSON."""
        message = json.loads(text)
        if message.get("event") == "SHUTDOWN":
            reason = message["data"]["reason"]
            kinds = {"guest-reset": "reset", "guest-shutdown": "poweroff"}
            self.end = (kinds.get(reason, "died"), reason)

    def conclude(self):
        kind, reason = self.end or ("died", "QEMU ended by itself")
        if kind == "reset" and self._triple_fault():
            return ("died", "a triple fault")
        return (kind, reason)

    def _triple_fault(self):
        """QEMU calls a triple fault a reset; only its log tells."""
        try:
            with open(self.cpu_log, encoding="utf-8", errors="replace") as log:
                return any(line.startswith("Triple fault") for line in log)
        except FileNotFoundError:
            return False


class Kvm(Qemu):
    """QEMU with the host's own CPU, which must allow nested virtualisation."""

    accelerator = ["-accel", "kvm", "-cpu", "host"]

    def __init__(self, setup):
        super().__init__(setup)
        if not os.access(KVM_DEVICE, os.R_OK | os.W_OK):
            raise LabError(f"lane kvm needs {KVM_DEVICE}, which this machine does not have or "
                           "does not let you open; use --lane qemu or --lane bochs")


class Bochs:
    """Bochs: VMX with EPT and strict checks. No ACPI tables, no IOMMU."""

    uses_terminal = True
    uses_pipes = False
    default_timeout = 900
    control = None

    def __init__(self, setup):
        if setup.devices:
            raise LabError("--device is a QEMU argument; lane bochs cannot add devices")
        if setup.plugins:
            raise LabError("--plugin is a QEMU argument; lane bochs has no plugins")
        if setup.variables:
            raise LabError("--secure-boot needs a flash chip that SMM protects; lane bochs has none")
        if len(setup.disks) > 3:
            raise LabError("lane bochs takes three further disks at most")
        self.setup = setup
        self.own_terminal = setup.gdb
        self.end = None
        self.resets = 0
        self.triple_fault = False

    def command(self):
        configuration = os.path.join(self.setup.work, "bochsrc")
        with open(configuration, "w", encoding="utf-8") as out:
            out.write(self._configuration())
        command = ["bochs", "-q", "-f", configuration]
        if self.own_terminal:
            return command
        # Debian's Bochs has the debugger built in: it must be told to go, and to leave at a stop.
        commands = os.path.join(self.setup.work, "commands")
        with open(commands, "w", encoding="utf-8") as out:
            out.write("c\nq\n")
        return [*command, "-rc", commands]

    def _configuration(self):
        setup = self.setup
        size = os.path.getsize(setup.firmware)
        lines = [
            "config_interface: textconfig",
            "display_library: term",
            f"memory: guest={setup.memory}, host={setup.memory}",
            f"romimage: file={setup.firmware}, address={(1 << 32) - size:#x}",
            "vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest",
            "vga: extension=vbe, update_freq=1",
            "pci: enabled=1, chipset=i440fx, slot1=pcivga",
            f"cpu: model={setup.cpu or 'corei7_haswell_4770'}, count={setup.cpus}, ips=50000000, "
            "reset_on_triple_fault=1, ignore_bad_msrs=1",
            "clock: sync=none, time0=utc",
            "mouse: enabled=0",
            "boot: disk",
            f"log: {os.path.join(setup.log, 'emulator.log')}",
            "panic: action=fatal",
            "error: action=report",
            "info: action=report",
            "debug: action=ignore",
        ]
        for name in ("com1", "com2"):
            lines.append(f"{name}: enabled=1, mode=socket-client, dev={setup.sockets[name]}")
        if setup.com3:
            lines.append("com3: enabled=1, mode=null")
        lines.append("ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15")
        places = ("ata0-master", "ata0-slave", "ata1-master", "ata1-slave")
        for place, disk in zip(places, [setup.boot_disk, *setup.disks]):
            lines.append(f"{place}: type=disk, path={disk}, mode=flat")
        return "\n".join(lines) + "\n"

    def notice(self, text):
        """One line of Bochs's log."""
        if re.search(r"3rd \(\d+\) exception with no resolution", text):
            self.triple_fault = True
        if "bx_pc_system_c::Reset(" in text:
            self.resets += 1
            if self.resets > 1:  # the first is power-on
                self.end = ("died", "a triple fault") if self.triple_fault else ("reset", "reset")
        if "soft power off" in text:
            self.end = ("poweroff", "ACPI soft power off")
        elif ">>PANIC<<" in text and not self.end:
            self.end = ("died", text.strip())

    def conclude(self):
        return self.end or ("died", "Bochs ended by itself")


LANES = {"qemu": Qemu, "bochs": Bochs, "kvm": Kvm}
