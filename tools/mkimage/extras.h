/* SPDX-License-Identifier: BSD-2-Clause */
/* What a cell may have beside CPUs, memory and devices, in words: for reports. */
#ifndef MKIMAGE_EXTRAS_H
#define MKIMAGE_EXTRAS_H

#include <bulkhead/image.h>

#include <stdio.h>

struct extras {
	const struct bh_config_ports *ports;
	const uint16_t *irqs;
	const struct bh_config_link *links;
	uint32_t port_count, irq_count, link_count;
	uint32_t flags; /* BH_CELL_x */
};

/* extras_print - ", ports 0x2f8-0x2ff, irqs 3 5, links axis (64 KiB, read)", and so on. */
void extras_print(FILE *out, const struct extras *e);

#endif
