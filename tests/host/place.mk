test_place_SRCS := $(addprefix efi-stub/,place.c topology.c why.c) hypervisor/core/format.c
