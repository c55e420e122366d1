// SPDX-License-Identifier: BSD-2-Clause
#include "links.h"

#include <bulkhead/cell.h>

const struct link *links_find(const struct link_list *list, const char *name)
{
	for (u32 i = 0; i < list->count; i++)
		if (config_same_name(list->links[i].first->name, name))
			return &list->links[i];
	return NULL;
}

/* Sizes are at most BH_CELL_LINKS_SIZE each (config_open), so sums do not wrap. */
static bool add(struct link_list *list, const struct bh_config_link *link, u64 *used,
		struct why *why)
{
	const struct link *known = links_find(list, link->name);

	if (known && known->first->size != link->size)
		return because(why,
			       "link %s: one cell says it has 0x%lx bytes, another 0x%lx: give it "
			       "one size",
			       link->name, known->first->size, link->size);
	if (known)
		return true;
	if (list->count == BH_CONFIG_MAX_LINKS)
		return because(why, "there are more than %u links", BH_CONFIG_MAX_LINKS);
	if (link->size > BH_CELL_LINKS_SIZE - *used)
		return because(why,
			       "link %s: all links together would have more than 0x%x bytes: make "
			       "them smaller",
			       link->name, BH_CELL_LINKS_SIZE);
	list->links[list->count++] = (struct link){link, BH_CELL_LINKS_GPA + *used};
	*used += link->size;
	return true;
}

bool links_collect(const struct config *config, struct link_list *out, struct why *why)
{
	u64 used = 0;

	out->count = 0;
	for (u32 i = 0; i < config->head->cell_count; i++)
		for (u32 k = 0; k < config->cells[i].link_count; k++)
			if (!add(out, &config->cells[i].links[k], &used, why))
				return false;
	return true;
}

u32 links_members(const struct config *config)
{
	u32 n = 0;

	for (u32 i = 0; i < config->head->cell_count; i++)
		n += config->cells[i].link_count;
	return n;
}
