# SPDX-License-Identifier: BSD-2-Clause
# The images of the demo, and the target that boots them.

LANE ?= qemu

IMAGES := $(OUT)/demo.efi $(OUT)/demo-noiommu.efi $(OUT)/pci-demo.efi

# Bochs has no IOMMU.
DEMO_bochs := $(OUT)/demo-noiommu.efi
DEMO_IMAGE := $(or $(DEMO_$(LANE)),$(OUT)/demo.efi)

IMAGE_PARTS := $(OUT)/mkimage $(OUT)/bulkhead.efi $(GUESTS)

define build_image
	$(call say,IMAGE,$@)
	$(Q)$(OUT)/mkimage build $< --stub $(OUT)/bulkhead.efi $(1) -o $@
endef

$(OUT)/demo.efi: cells/demo.yaml $(IMAGE_PARTS)
	$(call build_image)

$(OUT)/demo-noiommu.efi: cells/demo.yaml $(IMAGE_PARTS)
	$(call build_image,--set iommu=off)

$(OUT)/pci-demo.efi: cells/pci-demo.yaml $(IMAGE_PARTS)
	$(call build_image)

$(OUT)/attack.efi: cells/attack.yaml $(IMAGE_PARTS)
	$(call build_image)

.PHONY: demo
demo: $(DEMO_IMAGE) ## boot the demo system; LANE=qemu|bochs|kvm
	$(Q)if [ -t 0 ] && [ -t 1 ]; then \
		tools/lab/boot --lane $(LANE) $<; \
	else \
		tools/lab/boot --lane $(LANE) --expect 'BULKHEAD-ROOT-UP cpus=' \
			--expect '^\[hello\] tick' $<; \
	fi
