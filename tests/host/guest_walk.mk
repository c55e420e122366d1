test_guest_walk_SRCS := hypervisor/x86/guest_walk.c
