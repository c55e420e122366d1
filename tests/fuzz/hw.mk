# SPDX-License-Identifier: BSD-2-Clause
fuzz_hw_SRCS := $(addprefix tools/mkimage/,hw.c hwwords.c diag.c term.c mem.c) $(LAYOUT_SRCS)
