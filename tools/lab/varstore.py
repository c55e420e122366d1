# SPDX-License-Identifier: BSD-2-Clause
"""Writes UEFI variables into an empty variable store of OVMF, as a firmware's set-up would.

The store has the layout of EDK II (MdeModulePkg/Include/Guid/VariableFormat.h, the authenticated
kind); the variables have that of the UEFI specification. No firmware runs for this.
"""

import ssl
import struct
import uuid

from errors import LabError

STORE = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792")  # gEfiAuthenticatedVariableGuid
GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
SECURITY = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f")  # EFI_IMAGE_SECURITY_DATABASE_GUID
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")  # EFI_CERT_X509_GUID
OWNER = uuid.UUID("6f0eb5c5-3a5c-4c51-8b9c-6f1f5f3c2f7a")  # of our signatures: anything serves

# Attributes of a variable: non-volatile, seen by boot and runtime services, authenticated by time.
PLAIN = 0x07
AUTHENTICATED = 0x27

VOLUME_SIGNATURE = (0x28, b"_FVH")  # PI specification vol. 3, EFI_FIRMWARE_VOLUME_HEADER
VOLUME_HEADER_SIZE = 0x30           # offset of HeaderLength
STORE_HEADER = struct.Struct("<16sI8x")
VARIABLE_HEADER = struct.Struct("<HBxIQ16sIII16s")
VARIABLE_START = 0x55AA
VARIABLE_ADDED = 0x3F
ERASED = 0xFF


def variable(name, data, vendor=GLOBAL, attributes=PLAIN):
    """One variable as it stands in a store."""
    text = (name + "\0").encode("utf-16-le")
    header = VARIABLE_HEADER.pack(VARIABLE_START, VARIABLE_ADDED, attributes, 0, bytes(16), 0,
                                  len(text), len(data), vendor.bytes_le)
    entry = header + text + data
    return entry + bytes([ERASED]) * (-len(entry) % 4)


def signature_list(certificate):
    """EFI_SIGNATURE_LIST with one certificate, given in DER."""
    size = 16 + len(certificate)
    return X509.bytes_le + struct.pack("<III", 28 + size, 0, size) + OWNER.bytes_le + certificate


def keys(path):
    """Platform key, key exchange key and allowed signer: one certificate (PEM) is all three."""
    try:
        with open(path, encoding="ascii") as pem:
            trusted = signature_list(ssl.PEM_cert_to_DER_cert(pem.read().strip()))
    except (OSError, ValueError) as error:
        raise LabError(f"{path} cannot be used as a certificate in PEM: {error}") from error
    return [variable("db", trusted, SECURITY, AUTHENTICATED),
            variable("KEK", trusted, GLOBAL, AUTHENTICATED),
            variable("PK", trusted, GLOBAL, AUTHENTICATED)]


def boot_once(path, load_options):
    """Have the next start run the EFI file at this path, on whichever disk, with LoadOptions."""
    number = 0x42
    name = (path + "\0").encode("utf-16-le")
    # UEFI specification, "Media Device Path, File Path", then "End Entire Device Path"
    device_path = struct.pack("<BBH", 4, 4, 4 + len(name)) + name + struct.pack("<BBH", 0x7F, 0xFF, 4)
    option = (struct.pack("<IH", 1, len(device_path)) + "once\0".encode("utf-16-le") + device_path +
              (load_options + "\0").encode("utf-16-le"))
    return [variable(f"Boot{number:04X}", option), variable("BootNext", struct.pack("<H", number))]


def fill(template, variables):
    """Return the store with these variables; the template must be an empty one."""
    offset, signature = VOLUME_SIGNATURE
    if template[offset:offset + len(signature)] != signature:
        raise LabError("the variable store is no firmware volume")
    start, = struct.unpack_from("<H", template, VOLUME_HEADER_SIZE)
    kind, size = STORE_HEADER.unpack_from(template, start)
    if kind != STORE.bytes_le:
        raise LabError("the variable store is not of the authenticated kind")
    first = start + STORE_HEADER.size
    data = b"".join(variables)
    if any(byte != ERASED for byte in template[first:first + 60]):
        raise LabError("the variable store is not empty")
    if first + len(data) > start + size:
        raise LabError("the variables do not fit into the store")
    return template[:first] + data + template[first + len(data):]
