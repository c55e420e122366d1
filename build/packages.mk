# SPDX-License-Identifier: BSD-2-Clause
# Installs what the wanted targets need, before anything else is read: flags.mk asks the compiler
# for its include path. NO_INSTALL=1 leaves the system alone.

PACKAGE_LISTS_check  := build lab test
PACKAGE_LISTS_check-uki := build uki
PACKAGE_LISTS_demo   := build lab
PACKAGE_LISTS_bench  := build lab bench
PACKAGE_LISTS_all    := build
PACKAGE_LISTS_clean  :=
PACKAGE_LISTS_help   :=

# Targets without a list of their own: check-* and fuzz are tests, all else is building.
package_lists = $(if $(filter undefined,$(origin PACKAGE_LISTS_$(1))),$(if \
	$(filter check-% fuzz,$(1)),$(PACKAGE_LISTS_check),build),$(PACKAGE_LISTS_$(1)))

WANTED_LISTS := $(sort $(foreach goal,$(or $(MAKECMDGOALS),all),$(call package_lists,$(goal))))

# make -n and make -q must change nothing.
SHORT_FLAGS := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
DRY_RUN := $(findstring n,$(SHORT_FLAGS))$(findstring q,$(SHORT_FLAGS))

ifeq ($(NO_INSTALL)$(DRY_RUN),)
ifneq ($(WANTED_LISTS),)
$(shell build/install-packages $(WANTED_LISTS))
ifneq ($(.SHELLSTATUS),0)
$(error packages are missing; install them, or run make with NO_INSTALL=1)
endif
endif
endif

# What is started from here has its packages.
export NO_INSTALL := 1
