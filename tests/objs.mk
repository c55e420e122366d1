# SPDX-License-Identifier: BSD-2-Clause
# Host tests (tests/host), fuzz targets (tests/fuzz), system tests (tests/system), source checks.
#
# tests/host/UNIT.mk and tests/fuzz/UNIT.mk name the sources under test: test_UNIT_SRCS and
# fuzz_UNIT_SRCS; test_UNIT_LIBS and fuzz_UNIT_LIBS name libraries. tests/run runs what is built
# here, counts, and prints `N passed, N failed` as its last line.

FUZZ_SECONDS ?= 20
FUZZ_SEED    ?= 1

FUZZ_CFLAGS := -std=gnu11 -g -MMD -MP -O1 -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all -Iinclude -Ihypervisor -Iefi-stub -Itools/mkimage

-include $(wildcard tests/host/*.mk tests/fuzz/*.mk)
include tests/system/parts.mk

HOST_TESTS := $(patsubst tests/host/%.c,$(OUT)/tests/%,$(wildcard tests/host/test_*.c))
FUZZERS    := $(patsubst tests/fuzz/%.c,$(OUT)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))

$(OUT)/tests/obj/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -c -o $@ $<

$(OUT)/tests/fuzz-obj/%.o: %.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -c -o $@ $<

# $(1): test or fuzz, $(2): name of the program, $(3): folder of its objects
program_objects = $(patsubst %.c,$(3)/%.o,tests/$(1)/$(2).c $($(2)_SRCS))

define host_test_rule
$(OUT)/tests/$(1): $(call program_objects,host,$(1),$(OUT)/tests/obj)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(TEST_CFLAGS) -o $$@ $$^ -lcmocka $$($(1)_LIBS)
endef

define fuzz_rule
$(OUT)/tests/$(1): $(call program_objects,fuzz,$(1),$(OUT)/tests/fuzz-obj)
	$$(call say,LD,$$@)
	$$(Q)$$(CLANG) $$(FUZZ_CFLAGS) -o $$@ $$^ $$($(1)_LIBS)
endef

$(foreach program,$(notdir $(HOST_TESTS)),$(eval $(call host_test_rule,$(program))))
$(foreach program,$(notdir $(FUZZERS)),$(eval $(call fuzz_rule,$(program))))

-include $(shell find $(OUT)/tests -name '*.d' 2>/dev/null)

# Built by tests/run, not as prerequisites, so that a failure to build is counted as one.
.PHONY: host-tests fuzzers
host-tests: $(HOST_TESTS) $(OUT)/mkimage
fuzzers: $(FUZZERS)

TEST_PARTS := host headers format fuzz qemu bochs

export HEADER_CFLAGS := $(HV_CFLAGS)
export CC CLANG FUZZ_SECONDS FUZZ_SEED
export PYTHONPYCACHEPREFIX := $(abspath $(OUT))/pycache

.PHONY: check fuzz $(TEST_PARTS:%=check-%)
check: ## run all tests; the last line is `N passed, N failed`
	$(Q)tests/run $(TEST_PARTS)

$(TEST_PARTS:%=check-%): check-%:
	$(Q)tests/run $*

.PHONY: check-uki
check-uki: $(OUT)/demo.efi $(OUT)/mkimage ## compare an image with bootctl, ukify, sbverify, objdump
	$(Q)tools/check-uki $<

# For a developer's hand: twenty minutes on two idle cores. SOAK_SEED=7 tries other operations.
SOAK_LANES    ?= qemu bochs
SOAK_SEED     ?= 1
SOAK_OPS      ?= 1000000
SOAK_ROOT_OPS ?= 50000

.PHONY: soak
soak: system-parts ## attack each lane with a million operations; see docs/attackers.md
	$(Q)for lane in $(SOAK_LANES); do \
		/usr/bin/python3 -m pytest -q -s -p no:cacheprovider --lane=$$lane \
			--attack-seed=$(SOAK_SEED) --attack-ops=$(SOAK_OPS) \
			--attack-root-ops=$(SOAK_ROOT_OPS) tests/system/test_attack.py || exit 1; \
	done

fuzz: ## fuzz each target for FUZZ_SECONDS
	$(Q)tests/run fuzz
