fuzz_image_SRCS := $(addprefix tools/mkimage/,opened.c inspect.c inspect_json.c json.c cpus.c device.c extras.c ports.c choice.c \
	scalar.c term.c sink.c progress.c mem.c) \
	$(addprefix efi-stub/,pe.c profile.c config.c crc32.c why.c) hypervisor/core/format.c hypervisor/core/port_policy.c
