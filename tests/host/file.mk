test_file_SRCS := $(addprefix tools/mkimage/,file.c mem.c sink.c progress.c cleanup.c) efi-stub/crc32.c
