test_profile_SRCS := $(addprefix efi-stub/,profile.c pe.c why.c) hypervisor/core/format.c
