# SPDX-License-Identifier: BSD-2-Clause
"""docs/system-file.schema.json says of the language what mkimage says."""

import json
import re

import pytest
from mkimage_files import ROOT, make_folder, run

jsonschema = pytest.importorskip("jsonschema")
yaml = pytest.importorskip("yaml")

SCHEMA = json.loads((ROOT / "docs" / "system-file.schema.json").read_text())
CORPUS = ROOT / "tests" / "corpus" / "system-file"

# What a schema can see of the corpus' mistakes: slips in keys, words, kinds and ranges of numbers.
# It cannot count in units, and for it 010 is ten.
UNSEEN = ("-octal", "memory-overflow")
SEEN = re.compile(r"is not known|is not there yet|is missing|give a number from|expected |is not a (size|range|device|whole number|cell name)|"
                  r"at most \d+ are possible|the list is empty|stands here twice")


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors and mkimage read it: `off` is a word."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", list("-+0123456789")),
        ("float", r"[-+]?[0-9]+\.[0-9]+", list("-+0123456789"))):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def load(path):
    return yaml.load(path.read_text(), Loader)


def errors(path):
    return list(jsonschema.Draft7Validator(SCHEMA).iter_errors(load(path)))


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted((ROOT / "cells").glob("*.yaml")), ids=lambda path: path.name)
def test_every_system_file_of_the_tree_is_valid_and_names_the_schema(path):
    assert errors(path) == []
    named = re.search(r"^# yaml-language-server: \$schema=(\S+)$", path.read_text(), re.MULTILINE)
    assert named and (path.parent / named[1]).resolve() == ROOT / "docs" / "system-file.schema.json"


@pytest.mark.parametrize("path", sorted(CORPUS.glob("accept-*.yaml")), ids=lambda path: path.stem)
def test_what_mkimage_accepts_is_valid(path):
    assert errors(path) == []


def cases(prefixes):
    return [path for path in sorted(CORPUS.glob("*.yaml")) if path.name.startswith(prefixes) and not path.stem.endswith(UNSEEN)
            and SEEN.search(path.with_suffix(".expect").read_text().splitlines()[0])]


@pytest.mark.parametrize("path", cases(("cell-", "root-", "machine-", "key-", "version-")),
                         ids=lambda path: path.stem)
def test_what_mkimage_refuses_for_its_form_is_not_valid(path):
    try:
        assert errors(path)
    except yaml.YAMLError:
        pass  # not even YAML


def words(message):
    return re.search(r"(?:the keys here are|write one of): (.*)$", message, re.MULTILINE)[1].split(", ")


@pytest.mark.parametrize("text, part", [
    ("version: 1\nroot: {kernel: kernel}\n%s: 1\n", SCHEMA),
    ("version: 1\nroot: {kernel: kernel, %s: 1}\n", SCHEMA["properties"]["root"]),
    ("version: 1\nroot: {kernel: kernel}\nmachine: {%s: 1}\n", SCHEMA["properties"]["machine"]),
    ("version: 1\nroot: {kernel: kernel}\ncells: [{%s: 1}]\n", SCHEMA["properties"]["cells"]["items"]),
], ids=("top", "root", "machine", "cells"))
def test_the_schema_has_the_keys_of_the_parser(tmp_path, text, part):
    folder = make_folder(tmp_path, text % "unheard-of")
    message = run(folder, "check", "system.yaml").stderr
    assert words(message) == list(part["properties"])
    missing = re.findall(r"key '(\w+)' is missing", run(folder, "check", "system.yaml").stderr)
    assert set(missing) <= set(part.get("required", []))


@pytest.mark.parametrize("key", ["iommu", "on_failure", "console"])
def test_the_schema_has_the_words_of_the_parser(tmp_path, key):
    folder = make_folder(tmp_path, f"version: 1\nroot: {{kernel: kernel}}\nmachine: {{{key}: nonsense}}\n")
    assert words(run(folder, "check", "system.yaml").stderr) == \
        SCHEMA["properties"]["machine"]["properties"][key]["enum"]


def test_every_key_is_in_the_reference():
    text = (ROOT / "docs" / "system-file.md").read_text()
    for part in (SCHEMA, SCHEMA["properties"]["root"], SCHEMA["properties"]["machine"],
                 SCHEMA["properties"]["cells"]["items"]):
        for key in part["properties"]:
            assert f"`{key}`" in text, key
