fuzz_pci_SRCS := $(addprefix hypervisor/devices/,pci.c pci_ports.c pci_config.c pci_bar.c pci_rules.c \
	msi.c msix.c) $(addprefix hypervisor/core/,bus.c page_pool.c cpuset.c format.c) \
	hypervisor/x86/irq_route.c hypervisor/x86/apic_dest.c
