/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds DMAR tables piece by piece, for tests of their reader. */
#ifndef TEST_MAKE_DMAR_H
#define TEST_MAKE_DMAR_H

#include <string.h>

#include "acpi.h"

struct make_dmar {
	uint8_t table[1024] __attribute__((aligned(8)));
	uint32_t size, structure;
};

static inline void make_dmar_put(struct make_dmar *m, const void *data, uint32_t size)
{
	memcpy(m->table + m->size, data, size);
	m->size += size;
	((struct acpi_header *)m->table)->length = m->size;
	if (m->structure) {
		m->table[m->structure + 2] = (uint8_t)(m->size - m->structure);
		m->table[m->structure + 3] = (uint8_t)((m->size - m->structure) >> 8);
	}
}

static inline void make_dmar_begin(struct make_dmar *m)
{
	static const uint8_t head[48];

	memset(m, 0, sizeof(*m));
	make_dmar_put(m, head, sizeof(head));
	memcpy(m->table, "DMAR", 4);
}

static inline void make_dmar_unit(struct make_dmar *m, uint8_t flags, uint16_t segment,
				  uint64_t base)
{
	uint8_t unit[16] = {0};

	unit[4] = flags;
	memcpy(unit + 6, &segment, 2);
	memcpy(unit + 8, &base, 8);
	m->structure = m->size;
	make_dmar_put(m, unit, sizeof(unit));
}

static inline void make_dmar_rmrr(struct make_dmar *m, uint16_t segment, uint64_t base,
				  uint64_t limit)
{
	uint8_t rmrr[24] = {1};

	memcpy(rmrr + 6, &segment, 2);
	memcpy(rmrr + 8, &base, 8);
	memcpy(rmrr + 16, &limit, 8);
	m->structure = m->size;
	make_dmar_put(m, rmrr, sizeof(rmrr));
}

/* A scope with a path of one or (if @dev2 is not 0xff) two elements. */
static inline void make_dmar_scope(struct make_dmar *m, uint8_t type, uint8_t id, uint8_t bus,
				   uint8_t dev, uint8_t fn, uint8_t dev2, uint8_t fn2)
{
	const uint8_t scope[10] = {type, dev2 == 0xff ? 8 : 10, 0, 0, id, bus, dev, fn, dev2, fn2};

	make_dmar_put(m, scope, scope[1]);
}

#endif
