# SPDX-License-Identifier: BSD-2-Clause
"""What a machine has said on its serial ports, and the search for a line in it.

Both ports are merged line by line, in the order in which lines were completed: merged byte by
byte, one port's text would tear the other's lines apart.
"""

import re

# Cursor movements and colours of the firmware's and the shell's terminal output.
ESCAPES = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78]|\r|\x00")

# An unfinished line is searched when nothing was added to it for this long, so that a regex for a
# prompt matches, but one for a number never matches its first digits only. A longer time between two
# looks at the ports counts as LOOK_SECONDS: then we were held up, and the machine perhaps as well.
SETTLED_SECONDS = 1.0
LOOK_SECONDS = 0.2


def clean(text):
    return ESCAPES.sub("", text)


class Port:
    """One serial port: everything it has said, and its unfinished last line."""

    def __init__(self, name):
        self.name = name
        self.lines = []
        self.partial = ""
        self.quiet = 0.0   # seconds without a byte
        self.consumed = 0  # characters of the unfinished line that a match has used up

    def feed(self, data):
        """Take bytes; return the lines that they complete, and these less what is used up."""
        self.quiet = 0.0
        self.partial += data.decode("utf-8", "replace")
        *complete, self.partial = self.partial.split("\n")
        complete = [clean(line) for line in complete]
        unread = list(complete)
        if complete:
            self.lines += complete
            unread[0] = complete[0][self.consumed:]
            self.consumed = 0
        return complete, unread

    def _tail(self, force):
        """The unfinished line, if it may be searched by now."""
        if force or self.quiet >= SETTLED_SECONDS:
            return clean(self.partial)
        return ""

    def settled(self, force):
        """The unfinished line as far as no match has used it, if it may be searched by now."""
        return self._tail(force)[self.consumed:]

    def settled_text(self, force=False):
        """Everything that it has said and that may be searched by now."""
        return "\n".join(self.lines + [self._tail(force)])

    @property
    def text(self):
        return "\n".join(self.lines + [clean(self.partial)])


class Transcript:
    """The ports' merged lines with one reading position: each search starts where the last ended."""

    def __init__(self, names):
        self.ports = {name: Port(name) for name in names}
        self.merged = ""
        self.position = 0

    def feed(self, name, data):
        """Take bytes of one port; return the lines that they complete."""
        complete, unread = self.ports[name].feed(data)
        self.merged += "".join(f"{line}\n" for line in unread)
        return complete

    def pass_time(self, seconds):
        """So long after the look before there is another one at all ports; what it finds is fed then."""
        for port in self.ports.values():
            port.quiet += min(seconds, LOOK_SECONDS)

    def search(self, pattern, final=False):
        """Find the compiled pattern and move past it. final: no more bytes will come."""
        match = pattern.search(self.merged, self.position)
        if match:
            self.position = match.end()
            return match
        for port in self.ports.values():
            match = pattern.search(port.settled(final))
            if match:
                port.consumed += match.end()
                self.position = len(self.merged)
                return match
        return None

    def tail(self, count):
        """The last lines of each port, for a message."""
        shown = []
        for port in self.ports.values():
            lines = [line for line in port.text.split("\n") if line.strip()]
            shown += [f"{port.name}| {line}" for line in lines[-count:]]
        return shown
