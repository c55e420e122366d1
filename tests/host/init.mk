test_init_SRCS := $(addprefix tools/mkimage/,init.c sysfile.c sysfile_cells.c field.c later.c device.c ports.c choice.c scalar.c yaml.c diag.c \
	term.c file.c sink.c progress.c cleanup.c mem.c) efi-stub/crc32.c hypervisor/core/port_policy.c
test_init_LIBS := -lfyaml
