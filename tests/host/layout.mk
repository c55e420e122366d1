# SPDX-License-Identifier: BSD-2-Clause
test_layout_SRCS := $(LAYOUT_SRCS)
