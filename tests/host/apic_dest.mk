test_apic_dest_SRCS := hypervisor/x86/apic_dest.c hypervisor/core/cpuset.c
