# SPDX-License-Identifier: BSD-2-Clause
"""tools/lab/transcript.py: what a regex is compared with, and in which order."""

import re

import pytest

import transcript
from transcript import Transcript


@pytest.fixture
def ports():
    return Transcript(("com1", "com2"))


def find(ports, regex, **options):
    return ports.search(re.compile(regex, re.MULTILINE), **options)


def test_lines_of_both_ports_are_searched_in_order_of_completion(ports):
    ports.feed("com1", b"slow li")
    ports.feed("com2", b"quick line\n")
    ports.feed("com1", b"ne\n")
    assert find(ports, "quick line")
    assert find(ports, "slow line")


def test_a_match_is_searched_behind_the_one_before(ports):
    ports.feed("com1", b"one\ntwo\n")
    assert find(ports, "two")
    assert not find(ports, "one")


def test_an_interrupted_line_is_not_torn(ports):
    ports.feed("com1", b"[hello] ti")
    ports.feed("com2", b"noise\n")
    ports.feed("com1", b"ck 5\n")
    assert find(ports, r"^\[hello\] tick 5$")


def test_a_line_has_settled_after_many_looks_and_not_after_a_long_break(ports):
    ports.feed("com1", b"cpus=1")
    ports.pass_time(60)
    assert not find(ports, r"cpus=(\d+)")
    ports.feed("com1", b"2")
    for _ in range(10):
        ports.pass_time(0.1)
    ports.pass_time(0.1)
    assert find(ports, r"cpus=(\d+)").group(1) == "12"


def test_a_growing_number_is_not_matched_before_it_is_complete(ports):
    ports.feed("com1", b"cpus=1")
    assert not find(ports, r"cpus=(\d+)")
    ports.feed("com1", b"2\n")
    assert find(ports, r"cpus=(\d+)").group(1) == "12"


def test_the_text_of_a_port_ends_before_a_number_that_may_grow(ports, monkeypatch):
    ports.feed("com1", b"first\ncpus=1")
    assert ports.ports["com1"].settled_text() == "first\n"
    assert ports.ports["com1"].settled_text(force=True) == "first\ncpus=1"
    ports.feed("com1", b"2")
    monkeypatch.setattr(transcript, "SETTLED_SECONDS", 0)
    assert ports.ports["com1"].settled_text() == "first\ncpus=12"


def test_a_prompt_is_matched_when_the_port_has_settled(ports, monkeypatch):
    ports.feed("com2", b"/root # ")
    assert not find(ports, "/root # ")
    monkeypatch.setattr(transcript, "SETTLED_SECONDS", 0)
    assert find(ports, "/root # ")
    assert not find(ports, "/root # ")


def test_the_rest_of_a_matched_prompt_line_is_found_and_the_prompt_is_not(ports, monkeypatch):
    monkeypatch.setattr(transcript, "SETTLED_SECONDS", 0)
    ports.feed("com2", b"/root # ")
    assert find(ports, "# ")
    ports.feed("com2", b"echo one\none\n/root ")
    assert find(ports, "^one$")
    assert not find(ports, "#")


def test_the_last_unfinished_line_counts_once_the_machine_has_ended(ports):
    ports.feed("com1", b"last words")
    assert not find(ports, "last words")
    assert find(ports, "last words", final=True)


def test_terminal_codes_and_carriage_returns_are_not_seen(ports):
    ports.feed("com1", b"\x1b[2J\x1b[01;01Hhel\x1b[0mlo\r\n")
    assert find(ports, "^hello$")


def test_bytes_that_are_not_utf_8_do_no_harm(ports):
    ports.feed("com1", b"a\xff\xfeb\n")
    assert find(ports, "^a..b$")
