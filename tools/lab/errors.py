# SPDX-License-Identifier: BSD-2-Clause
"""The one exception of the lab tool: its text is a sentence for the person in front of it."""


class LabError(Exception):
    pass
