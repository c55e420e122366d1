fuzz_system-file_SRCS := $(addprefix tools/mkimage/,policy_check.c sysfile.c sysfile_cells.c field.c later.c device.c ports.c choice.c scalar.c yaml.c \
	diag.c term.c mem.c) hypervisor/core/port_policy.c
fuzz_system-file_LIBS := -lfyaml
