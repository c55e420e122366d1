# SPDX-License-Identifier: BSD-2-Clause
# Measurements: out/bench.json, one flat object of numbers.

BENCH_IMAGE  := $(OUT)/bench.efi
BENCH_PLUGIN := $(OUT)/count.so

$(BENCH_IMAGE): cells/bench.yaml $(IMAGE_PARTS)
	$(call build_image)

# The interface's version is QEMU's matter: 2 from QEMU 9 on.
$(BENCH_PLUGIN): tools/lab/plugin/count.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)major=$$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9]*\).*/\1/p'); \
	$(CC) $(filter-out -MMD -MP,$(TOOL_CFLAGS)) -fPIC -shared -fvisibility=hidden \
		-DPLUGIN_API=$$([ "$${major:-7}" -ge 9 ] && echo 2 || echo 1) -o $@ $<

.PHONY: bench
bench: $(BENCH_IMAGE) $(BENCH_PLUGIN) $(OUT)/demo.efi $(OUT)/demo-noiommu.efi ## measure; writes out/bench.json
	$(Q)tools/lab/bench --image $(BENCH_IMAGE) --guest $(OUT)/guests/bench.elf \
		--plugin $(BENCH_PLUGIN) --demo $(OUT)/demo.efi \
		--demo-noiommu $(OUT)/demo-noiommu.efi -o $(OUT)/bench.json
