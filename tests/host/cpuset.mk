test_cpuset_SRCS := hypervisor/core/cpuset.c
