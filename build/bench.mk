# SPDX-License-Identifier: BSD-2-Clause
# Measurements: out/bench.json, one flat object of numbers.

.PHONY: bench
bench: $(IMAGES) ## measure; writes out/bench.json
	$(Q)tools/lab/bench -o $(OUT)/bench.json
