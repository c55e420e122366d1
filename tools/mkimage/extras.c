// SPDX-License-Identifier: BSD-2-Clause
#include "extras.h"

#include "ports.h"
#include "scalar.h"

void extras_print(FILE *out, const struct extras *e)
{
	char ports[PORTS_TEXT], size[SCALAR_SIZE_TEXT];
	uint32_t i;

	for (i = 0; i < e->port_count; i++)
		fprintf(out, "%s%s", i ? " " : ", ports ", ports_text(&e->ports[i], ports));
	for (i = 0; i < e->irq_count; i++)
		fprintf(out, "%s%u", i ? " " : ", irqs ", e->irqs[i]);
	for (i = 0; i < e->link_count; i++)
		fprintf(out, "%s%s (%s, %s)", i ? " " : ", links ", e->links[i].name,
			scalar_size_text(e->links[i].size, size),
			e->links[i].flags & BH_LINK_WRITE ? "write" : "read");
	if (e->flags & BH_CELL_QUIET)
		fprintf(out, ", console none");
	if (e->flags & BH_CELL_FAULT_RESET)
		fprintf(out, ", on fault reset");
}
