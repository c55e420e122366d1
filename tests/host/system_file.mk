test_system_file_SRCS := $(addprefix tools/mkimage/,system.c policy_check.c cpus.c term.c sink.c \
	progress.c cleanup.c sysfile.c sysfile_cells.c field.c later.c device.c extras.c ports.c choice.c scalar.c \
	yaml.c diag.c mem.c file.c payloads.c bzimage.c elf_check.c) efi-stub/crc32.c hypervisor/core/port_policy.c
test_system_file_LIBS := -lfyaml
