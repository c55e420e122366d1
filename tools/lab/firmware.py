# SPDX-License-Identifier: BSD-2-Clause
"""Debian's OVMF as one flash image: variables first, then code, as a real flash chip has it. With
Secure Boot the two stay apart, since only the firmware's code in SMM may write the variables."""

import os

import varstore
from errors import LabError

FOLDER = "/usr/share/OVMF"

# (variables, code). Bochs 2.7 starts only the 2 MiB build; Debian 13 has only the 4 MiB one.
PAIRS = [("OVMF_VARS.fd", "OVMF_CODE.fd"), ("OVMF_VARS_4M.fd", "OVMF_CODE_4M.fd")]

# The build with SMM; its store holds no keys.
SECURE_CODE = os.path.join(FOLDER, "OVMF_CODE_4M.secboot.fd")
SECURE_VARIABLES = os.path.join(FOLDER, "OVMF_VARS_4M.fd")
BOOT_FILE = "\\EFI\\BOOT\\BOOTX64.EFI"


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


def build_secure_firmware(path, certificate, load_options):
    """Write a variable store that trusts what the certificate's key has signed, and nothing else;
    return the firmware's code that goes with it."""
    variables = varstore.keys(certificate)
    if load_options is not None:
        variables += varstore.boot_once(BOOT_FILE, load_options)
    try:
        with open(SECURE_VARIABLES, "rb") as empty:
            store = varstore.fill(empty.read(), variables)
    except OSError as error:
        raise LabError(f"{SECURE_VARIABLES} cannot be read; install the package ovmf") from error
    with open(path, "wb") as out:
        out.write(store)
    return SECURE_CODE
