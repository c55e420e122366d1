# SPDX-License-Identifier: BSD-2-Clause
# Bulkhead. `make help` lists the targets; each folder's objs.mk says how its part is built.

OUT := out
V   ?= 0
Q   := $(if $(filter 1,$(V)),,@)
say  = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' "$(1)" "$(2)";)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

include build/packages.mk
include build/flags.mk
include hypervisor/objs.mk
include efi-stub/objs.mk
include tools/mkimage/objs.mk
include guests/objs.mk
include build/images.mk
include tests/objs.mk
include build/bench.mk

.PHONY: all clean help
all: $(IMAGES) ## build everything into out/

clean: ## remove out/
	$(Q)rm -rf $(OUT)

help: ## list the targets
	$(Q)grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 18
