fuzz_pe_SRCS := efi-stub/pe.c
