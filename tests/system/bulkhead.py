# SPDX-License-Identifier: BSD-2-Clause
"""A machine that runs the demo system, and what the tests ask of it again and again."""

import re

from machine import Machine

READY = r"^bulkhead: ready: cpus=(\d+) backend=(vmx|svm) iommu=(vtd|amdvi|off)$"
HELLO_STARTED = r"^bulkhead: cell hello: started cpus=(\S+)$"
ROOT_UP = r"BULKHEAD-ROOT-UP cpus=(\d+) mem=(\d+)$"
TICK = r"^\[hello\] tick\b.*$"

# Seconds. What a test waits for comes within two minutes, on a busy machine within five.
PATIENCE = 1200

BACKENDS = {"qemu": "svm", "bochs": "vmx"}


def fits_in(regex, text):
    """The regex's match in the text of a port."""
    return re.search(regex, text, re.MULTILINE)


class Bulkhead(Machine):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.timeout = max(self.timeout, PATIENCE)

    def expect_up(self):
        """Wait for the root cell's shell; return the match of its line."""
        match = self.expect(ROOT_UP)
        self.expect(r"/root # ")
        return match

    def expect_on(self, port, regex, timeout=None):
        """Wait for the regex anywhere in the text of one port, however early; the match."""
        said = self.transcript.ports[port].settled_text
        return self._wait(lambda: fits_in(regex, said(bool(self.ended))), timeout,
                          f"/{regex}/ was seen on {port}")

    def expect_ticks(self, count=3, timeout=None):
        """Wait for further ticks of the RT cell."""
        for _ in range(count):
            self.expect(TICK, timeout)

    def output(self, command):
        """The output of a command in the root cell, which must succeed."""
        status, text = self.run(command)
        assert status == 0, f"{command}: status {status}\n{text}"
        return text
