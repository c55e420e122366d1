# SPDX-License-Identifier: BSD-2-Clause
"""tools/lab/varstore.py: where variables land in a store, and stores that take none."""

import struct

import pytest

import varstore
from errors import LabError

START = 0x48 + 28


def empty(size=0x400):
    volume = bytearray(b"\xff" * (size + 0x48))
    volume[0x28:0x2c] = b"_FVH"
    volume[0x30:0x32] = struct.pack("<H", 0x48)
    volume[0x48:START] = varstore.STORE.bytes_le + struct.pack("<IBBHI", size, 0x5a, 0xfe, 0, 0)
    return bytes(volume)


def test_variables_follow_the_header_of_the_store_each_on_four_bytes():
    store = varstore.fill(empty(), [varstore.variable("A", b"x"), varstore.variable("B", b"yy")])
    assert len(store) == len(empty())
    # VARIABLE_HEADER of EDK II is 60 bytes; name and data follow.
    assert store[START:START + 8] == bytes.fromhex("aa553f0007000000")
    assert store[START + 36:START + 44] == struct.pack("<II", 4, 1)
    assert store[START + 60:START + 65] == b"A\0\0\0x"
    assert store[START + 68:START + 70] == b"\xaa\x55"
    assert store[START + 132:START + 142] == b"yy" + b"\xff" * 8


def test_a_list_of_signatures_has_the_sizes_that_uefi_wants():
    data = varstore.signature_list(b"certificate")
    assert data[16:28] == struct.pack("<III", len(data), 0, len(data) - 28)
    assert data[28:].endswith(b"certificate") and len(data) == 28 + 16 + 11


def test_load_options_stand_behind_the_device_path():
    option = varstore.boot_once("\\A", "text")[0]
    length, = struct.unpack_from("<H", option, 60 + 18 + 4)
    path = option.index(b"\x04\x04", 60 + 18 + 6)
    assert option[path + length:].startswith("text\0".encode("utf-16-le"))


@pytest.mark.parametrize("damage, message", [
    ((0x28, b"????"), "no firmware volume"),
    ((0x48, b"????"), "not of the authenticated kind"),
    ((START, b"\xaa\x55"), "not empty"),
])
def test_other_stores_are_refused(damage, message):
    store = bytearray(empty())
    store[damage[0]:damage[0] + len(damage[1])] = damage[1]
    with pytest.raises(LabError, match=message):
        varstore.fill(bytes(store), [])


def test_variables_that_do_not_fit_are_refused():
    with pytest.raises(LabError, match="do not fit"):
        varstore.fill(empty(), [varstore.variable("A", b"x" * 0x400)])


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\n", "\xe4"])
def test_what_is_no_certificate_is_named(tmp_path, text):
    (tmp_path / "cert").write_text(text, encoding="latin-1")
    with pytest.raises(LabError, match="cannot be used as a certificate"):
        varstore.keys(tmp_path / "cert")
