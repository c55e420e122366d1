/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/bus.h"

enum bh_err bus_add(struct bus *bus, u64 base, u64 size, bus_fn fn, void *arg)
{
	if (!size || base + size < base)
		return BH_ERR_RANGE;
	for (u32 i = 0; i < bus->count; i++)
		if (base < bus->region[i].base + bus->region[i].size &&
		    bus->region[i].base < base + size)
			return BH_ERR_RANGE;
	if (bus->count == BUS_MAX_REGIONS)
		return BH_ERR_NOMEM;
	bus->region[bus->count++] = (struct bus_region){base, size, fn, arg};
	return BH_OK;
}

bool bus_do(const struct bus *bus, struct vcpu *v, u64 addr, struct bus_access *access)
{
	for (u32 i = 0; i < bus->count; i++) {
		const struct bus_region *r = &bus->region[i];

		if (addr < r->base || addr - r->base >= r->size ||
		    access->size > r->size - (addr - r->base))
			continue;
		access->offset = addr - r->base;
		r->fn(v, r->arg, access);
		return true;
	}
	return false;
}
