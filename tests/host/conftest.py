# SPDX-License-Identifier: BSD-2-Clause
"""Lets the tests of the lab tool import its modules."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "lab"))
