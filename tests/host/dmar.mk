test_dmar_SRCS := $(addprefix efi-stub/,dmar.c why.c) hypervisor/core/format.c
