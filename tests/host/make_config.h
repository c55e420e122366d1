/* SPDX-License-Identifier: BSD-2-Clause */
/* A sound policy with two cells, for tests to damage. */
#ifndef TEST_MAKE_CONFIG_H
#define TEST_MAKE_CONFIG_H

#include <string.h>

#include "config.h"
#include "crc32.h"

struct policy {
	struct bh_config head;
	struct bh_config_cell cells[2];
};

/* After every change that shall not count as damage. */
static inline void seal_policy(struct policy *p)
{
	p->head.crc32 = 0;
	p->head.crc32 = crc32(0, p, sizeof(*p));
}

static inline void make_policy(struct policy *p)
{
	memset(p, 0, sizeof(*p));
	p->head = (struct bh_config){
		.magic = BH_CONFIG_MAGIC,
		.version = BH_CONFIG_VERSION,
		.size = sizeof(*p),
		.cell_count = 2,
		.cells_size = 0x3000,
		.root_min_cpus = 1,
		.console_port = 0x3f8,
	};
	for (u32 i = 0; i < 2; i++) {
		p->cells[i].boot = BH_BOOT_ELF64;
		p->cells[i].cpu_count = 1;
		p->cells[i].memory_size = 0x200000;
		p->cells[i].memory_gpa = 0x100000;
		p->cells[i].image_offset = i * 0x1000u;
		p->cells[i].image_size = 0x1000;
		strcpy(p->cells[i].args, "one two");
	}
	strcpy(p->cells[0].name, "hello");
	strcpy(p->cells[1].name, "servo-2_x");
	seal_policy(p);
}

#endif
