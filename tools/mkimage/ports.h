/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges of I/O ports as the system file writes them: 0x378, or 0x378-0x37a. Pure. */
#ifndef MKIMAGE_PORTS_H
#define MKIMAGE_PORTS_H

#include <bulkhead/image.h>

#include <stdbool.h>
#include <stdio.h>

/**
 * ports_parse - read a port, or the first and the last of a range with '-' between.
 * Return: false if @text is anything else, above 0xffff, or the wrong way round.
 */
bool ports_parse(const char *text, struct bh_config_ports *out);

/* ports_text - the reverse of ports_parse(). @out: at least PORTS_TEXT bytes. Return: @out. */
#define PORTS_TEXT 16
const char *ports_text(const struct bh_config_ports *ports, char *out);

/* What a cell has of both. */
struct ports_irqs {
	const struct bh_config_ports *ports;
	uint32_t port_count;
	const uint16_t *irqs;
	uint32_t irq_count;
};

/* ports_irqs_print - ", ports 0x2f8-0x2ff, irqs 3 5", each only if there are any. */
void ports_irqs_print(FILE *out, const struct ports_irqs *lines);

#endif
