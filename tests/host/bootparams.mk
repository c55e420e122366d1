test_bootparams_SRCS := $(addprefix efi-stub/,bootparams.c efimap.c e820.c why.c) \
	hypervisor/core/format.c
