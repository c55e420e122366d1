test_sysfile_SRCS := $(addprefix tools/mkimage/,sysfile.c sysfile_cells.c field.c later.c device.c ports.c choice.c scalar.c yaml.c diag.c term.c mem.c) hypervisor/core/port_policy.c
test_sysfile_LIBS := -lfyaml
