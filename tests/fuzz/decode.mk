fuzz_decode_SRCS := hypervisor/x86/decode.c hypervisor/x86/decode_exec.c
