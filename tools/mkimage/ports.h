/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges of I/O ports as the system file writes them: 0x378, or 0x378-0x37a. Pure. */
#ifndef MKIMAGE_PORTS_H
#define MKIMAGE_PORTS_H

#include <bulkhead/image.h>

#include <stdbool.h>

/**
 * ports_parse - read a port, or the first and the last of a range with '-' between.
 * Return: false if @text is anything else, above 0xffff, or the wrong way round.
 */
bool ports_parse(const char *text, struct bh_config_ports *out);

/* ports_text - the reverse of ports_parse(). @out: at least PORTS_TEXT bytes. Return: @out. */
#define PORTS_TEXT 16
const char *ports_text(const struct bh_config_ports *ports, char *out);

#endif
