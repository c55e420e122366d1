test_pciscan_SRCS := efi-stub/pciscan.c
