# SPDX-License-Identifier: BSD-2-Clause
"""A machine of one lane, with its two serial ports and its life and death.

	with Machine("qemu", "out/demo.efi", cpus=4) as machine:
	    machine.expect(r"BULKHEAD-ROOT-UP cpus=(\\d+)")
	    status, text = machine.run("cat /proc/cmdline")
"""

import contextlib
import fcntl
import json
import os
import pty
import re
import selectors
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

from disk import make_boot_disk
from errors import LabError
from firmware import build_firmware, build_secure_firmware
from lanes import LANES
from transcript import Transcript

PORTS = ("com1", "com2")
PIPE_BYTES = 1 << 20        # what Linux lets anybody have
F_SETPIPE_SZ = 1031         # fcntl(2); in Python's fcntl from 3.10 on
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@dataclass
class Setup:
    """What a lane needs to know about the machine it starts."""
    cpus: int
    memory: int               # MiB
    cpu: str = None           # the lane's own default when None
    iommu: bool = True
    com3: bool = False        # a third UART at 0x3e8, interrupt line 4, that leads nowhere
    disks: list = field(default_factory=list)
    files: dict = field(default_factory=dict)  # see make_boot_disk
    profiles: list = field(default_factory=list)  # of the image; its own default when empty
    devices: list = field(default_factory=list)
    plugins: list = field(default_factory=list)
    gdb: bool = False
    firmware: str = None
    variables: str = None     # the flash chip's second half, where it is apart
    log: str = None           # folder of com1.log, com2.log, emulator.log
    work: str = None          # temporary folder
    boot_disk: str = None
    sockets: dict = field(default_factory=dict)  # name -> where it is; may be a pair of pipes


class Machine:
    """See the module's text. All waiting functions raise LabError with a sentence."""

    def __init__(self, lane, image, cpus=4, memory=1024, *, log=None, timeout=None, cpu=None,
                 iommu=True, com3=False, disks=(), files=None, profiles=(), devices=(), plugins=(), gdb=False,
                 firmware=None, secure_boot=None, load_options=None, on_data=None):
        if lane not in LANES:
            raise LabError(f"there is no lane {lane}; the lanes are {', '.join(LANES)}")
        if not os.path.isfile(image):
            raise LabError(f"there is no image {image}; `make` builds the images into out/")
        self.lane = lane
        self.image = image
        self.setup = Setup(cpus=cpus, memory=memory, cpu=cpu, iommu=iommu, com3=com3, gdb=gdb,
                           disks=[os.path.abspath(disk) for disk in disks], files=files or {},
                           profiles=list(profiles), devices=list(devices), plugins=list(plugins),
                           firmware=firmware and os.path.abspath(firmware))
        self.secure_boot = secure_boot
        self.load_options = load_options
        self.setup.log = os.path.abspath(log or os.path.join(ROOT, "out", "lab", lane))
        self.timeout = timeout or LANES[lane].default_timeout
        self.on_data = on_data          # called with (port name, bytes, completed lines)
        self.transcript = Transcript(PORTS)
        self.ended = None               # 'reset', 'poweroff', 'died' or 'crashed'
        self.why = None
        self._changed = threading.Condition()
        self._connections = {}
        self._replies = []
        self._commands = 0
        self._stopping = False
        self._process = None
        self._terminal = None
        self._thread = None

    # Start and stop

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        setup = self.setup
        os.makedirs(setup.log, exist_ok=True)
        setup.work = tempfile.mkdtemp(prefix="bulkhead-lab-")
        setup.boot_disk = os.path.join(setup.work, "boot.img")
        make_boot_disk(setup.boot_disk, self.image, setup.files.items(), setup.profiles)
        if self.secure_boot:
            setup.variables = os.path.join(setup.work, "variables.fd")
            setup.firmware = build_secure_firmware(setup.variables, self.secure_boot,
                                                   self.load_options)
        elif not setup.firmware:
            setup.firmware = os.path.join(setup.work, "firmware.fd")
            build_firmware(setup.firmware)
        for disk in setup.disks:
            self._remove_lock(disk)
        self.emulator_log = os.path.join(setup.log, "emulator.log")
        self._emulator_seen = 0
        open(self.emulator_log, "w", encoding="utf-8").close()
        self._logs = {name: open(os.path.join(setup.log, f"{name}.log"), "wb") for name in PORTS}

        self._lane = LANES[self.lane](setup)
        self._selector = selectors.DefaultSelector()
        self._listeners = []
        for name in filter(None, (*PORTS, self._lane.control)):
            if name in PORTS and self._lane.uses_pipes:
                self._make_pipes(name)
            else:
                self._listen(name)
        self._spawn(self._lane.command())
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def stop(self):
        """End the emulator, if it still runs, and remove the temporary files."""
        self._stopping = True
        if self._process:
            self._process.kill()  # nothing is kept, and Bochs takes no milder signal
            self._process.wait()
        if self._thread:
            self._thread.join()
        if self.setup.work:
            for disk in self.setup.disks:
                self._remove_lock(disk)
            shutil.rmtree(self.setup.work, ignore_errors=True)

    @staticmethod
    def _remove_lock(disk):
        """A killed Bochs leaves DISK.lock behind and then refuses the disk."""
        if os.path.exists(f"{disk}.lock"):
            os.unlink(f"{disk}.lock")

    def _make_pipes(self, name):
        """Open NAME.in and NAME.out, which the emulator reads and writes.

        A socket holds less than 300 bytes that are written one by one: on a busy machine it is full
        before we read it, and after a few milliseconds firmware and kernel drop text rather than
        wait. A pipe is filled byte by byte.
        """
        path = os.path.join(self.setup.work, name)
        self.setup.sockets[name] = path
        for suffix in (".in", ".out"):
            os.mkfifo(path + suffix)
        # Both ways, which waits for nobody. The connection is what we write to.
        self._connections[name] = open(f"{path}.in", "r+b", buffering=0)
        output = open(f"{path}.out", "r+b", buffering=0)
        with contextlib.suppress(PermissionError):
            fcntl.fcntl(output, F_SETPIPE_SZ, PIPE_BYTES)
        self._listeners.append(output)
        self._selector.register(output, selectors.EVENT_READ, ("data", name))

    def _listen(self, name):
        """Open the socket that the emulator connects to, so that not one byte gets lost."""
        if self._lane.uses_terminal:  # Bochs knows only TCP
            listener = socket.create_server(("127.0.0.1", 0))
            self.setup.sockets[name] = "127.0.0.1:%d" % listener.getsockname()[1]
        else:
            path = os.path.join(self.setup.work, name)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(path)
            listener.listen(1)
            self.setup.sockets[name] = path
        self._listeners.append(listener)
        self._selector.register(listener, selectors.EVENT_READ, ("listen", name))

    def _spawn(self, command):
        # setpriv: the emulator must not outlive us, even if we are killed.
        command = ["setpriv", "--pdeathsig", "KILL", *command]
        if shutil.which(command[3]) is None:
            raise LabError(f"{command[3]} is not installed; `make demo` installs what the lanes "
                           "need")
        if self._lane.own_terminal:
            self._process = subprocess.Popen(command, cwd=self.setup.work)
        elif self._lane.uses_terminal:
            self._terminal, inner = pty.openpty()
            self._process = subprocess.Popen(
                command, stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
                cwd=self.setup.work, env={**os.environ, "TERM": "vt100"})
            os.close(inner)
            self._selector.register(self._terminal, selectors.EVENT_READ, ("terminal", None))
        else:
            with open(self.emulator_log, "ab") as log:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True, cwd=self.setup.work)

    # The thread that reads everything

    def _pump(self):
        gone, looked = False, time.monotonic()
        while True:
            events = self._selector.select(0 if gone else 0.1)
            now = time.monotonic()
            with self._changed:
                self.transcript.pass_time(now - looked)
            looked = now
            for key, _ in events:
                self._serve(key)
            self._read_emulator_log()
            if self._lane.end and self._process.poll() is None and self._lane.uses_terminal:
                self._process.kill()  # Bochs would go on after a reset
            if gone and not events:
                break
            gone = self._process.poll() is not None
        self._finish()

    def _finish(self):
        self._selector.close()
        for closable in (*self._listeners, *self._connections.values(), *self._logs.values()):
            closable.close()
        if self._terminal is not None:
            os.close(self._terminal)
        with self._changed:
            if self._stopping and not self._lane.end:
                self.ended, self.why = "stopped", "we stopped it"
            else:
                self.ended, self.why = self._conclude()
            self._changed.notify_all()

    def _conclude(self):
        status = self._process.returncode
        if status < 0 and not self._lane.end:
            return "crashed", f"signal {-status} ended the emulator itself"
        return self._lane.conclude()

    def _serve(self, key):
        kind, name = key.data
        if kind == "listen":
            connection, _ = key.fileobj.accept()
            self._selector.unregister(key.fileobj)
            self._selector.register(connection, selectors.EVENT_READ, ("data", name))
            with self._changed:
                self._connections[name] = connection
                self._changed.notify_all()
            if name == "qmp":
                connection.sendall(b'{"execute": "qmp_capabilities"}\n')
                self._pending = b""
            return
        try:
            data = os.read(key.fd, 65536)
        except OSError:  # how a terminal says that its other end is closed
            data = b""
        if not data:
            self._selector.unregister(key.fileobj)
        elif name == "qmp":
            self._control(data)
        elif kind == "data":
            self._port_data(name, data)

    def _port_data(self, name, data):
        self._logs[name].write(data)
        self._logs[name].flush()
        with self._changed:
            fresh = self.transcript.feed(name, data)
            self._changed.notify_all()
        if self.on_data:
            self.on_data(name, data, fresh)

    def _control(self, data):
        *complete, self._pending = (self._pending + data).split(b"\n")
        for line in complete:
            message = json.loads(line)
            if "return" in message or "error" in message:
                with self._changed:
                    self._replies.append(message)
                    self._changed.notify_all()
            else:
                self._lane.notice(line)

    def _read_emulator_log(self):
        """Bochs says how it fares only in its log."""
        if not self._lane.uses_terminal:
            return
        with open(self.emulator_log, encoding="utf-8", errors="replace") as log:
            log.seek(self._emulator_seen)
            for line in iter(log.readline, ""):
                if not line.endswith("\n"):
                    break
                self._emulator_seen = log.tell()
                self._lane.notice(line)

    # What tests use

    @property
    def com1(self):
        return self.transcript.ports["com1"].text

    @property
    def com2(self):
        return self.transcript.ports["com2"].text

    def _wait(self, probe, timeout, wanted):
        """Call probe until it returns something; explain if the machine ends or time runs out."""
        deadline = time.monotonic() + (timeout or self.timeout)
        with self._changed:
            while True:
                ended = self.ended
                result = probe()
                if result:
                    return result
                if ended:
                    raise LabError(self._explain(f"the machine ended ({self.ended}: {self.why}) "
                                                 f"before {wanted}"))
                left = deadline - time.monotonic()
                if left <= 0:
                    raise LabError(self._explain(f"time ran out ({timeout or self.timeout:.0f} s) "
                                                 f"before {wanted}"))
                self._changed.wait(min(left, 0.5))

    def _explain(self, sentence):
        lines = [f"{self.lane}: {sentence}"]
        lines += self.transcript.tail(8)
        if self.ended in ("died", "crashed"):
            with open(self.emulator_log, encoding="utf-8", errors="replace") as log:
                lines += [f"emulator| {line.rstrip()}" for line in log.readlines()[-8:]]
        return "\n    ".join(lines + [f"the logs are in {self.setup.log}"])

    def expect(self, regex, timeout=None):
        """Wait for the regex after the last match, on any port; return the match."""
        pattern = re.compile(regex, re.MULTILINE)
        return self._wait(lambda: self.transcript.search(pattern, final=bool(self.ended)),
                          timeout, f"/{regex}/ was seen")

    def explain_end(self):
        """The end of the machine in a sentence, with its last lines."""
        return self._explain(f"the machine has ended ({self.ended}: {self.why})")

    def expect_end(self, timeout=None):
        """Wait until the machine has ended; return 'reset', 'poweroff' or 'died'."""
        return self._wait(lambda: self.ended, timeout, "it ended")

    def send(self, text, end="\n"):
        """Type text on COM2, by default with a return key after it."""
        self._wait(lambda: "com2" in self._connections, None, "COM2 was connected")
        try:
            self._write("com2", (text + end).encode())
        except (OSError, ValueError) as error:  # ValueError: the machine has ended
            raise LabError(self._explain(f"COM2 takes no more input: {error}")) from error

    def _write(self, name, data):
        while data:
            data = data[os.write(self._connections[name].fileno(), data):]

    def run(self, command, timeout=None):
        """Run a command in the shell on COM2; return its exit status and output."""
        self._commands += 1
        mark = f"run-{self._commands}"
        # The shell echoes what is typed; the quotes keep the echo from looking like the marks.
        self.send(f"echo 'begin-''{mark}'; eval {shlex.quote(command)}; echo 'end-''{mark}' $?")
        self.expect(rf"begin-{mark}$", timeout)
        status = int(self.expect(rf"end-{mark} (\d+)$", timeout).group(1))
        text = self.com2.split(f"begin-{mark}\n", 1)[1]
        return status, text.split(f"end-{mark} ", 1)[0].rstrip("\n")

    def qmp(self, command, **arguments):
        """Ask QEMU's monitor; return what it returns."""
        self._wait(lambda: self._replies, None, "QEMU's monitor answered")
        count = len(self._replies)
        request = {"execute": command, "arguments": arguments}
        self._write("qmp", json.dumps(request).encode() + b"\n")
        self._wait(lambda: len(self._replies) > count, None, f"QEMU answered {command}")
        reply = self._replies[count]
        if "error" in reply:
            raise LabError(f"QEMU refuses {command}: {reply['error']['desc']}")
        return reply["return"]
