# SPDX-License-Identifier: BSD-2-Clause
"""Debian's OVMF as one flash image: variables first, then code, as a real flash chip has it."""

import os

from errors import LabError

FOLDER = "/usr/share/OVMF"

# (variables, code). Bochs 2.7 starts only the 2 MiB build; Debian 13 has only the 4 MiB one.
PAIRS = [("OVMF_VARS.fd", "OVMF_CODE.fd"), ("OVMF_VARS_4M.fd", "OVMF_CODE_4M.fd")]


def build_firmware(path):
    """Write the flash image to path."""
    for pair in PAIRS:
        parts = [os.path.join(FOLDER, name) for name in pair]
        if all(map(os.path.exists, parts)):
            with open(path, "wb") as flash:
                for part in parts:
                    with open(part, "rb") as source:
                        flash.write(source.read())
            return
    raise LabError(f"there is no OVMF firmware in {FOLDER}; install the package ovmf, or name a "
                   "combined flash image with --firmware")
