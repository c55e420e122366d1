// SPDX-License-Identifier: BSD-2-Clause
#include "rtcfg.h"

#include "crc32.h"

#include <string.h>

/* The structs are copied as they are, and the format is little endian. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "mkimage runs on little-endian hosts");

static uint64_t next_offset(uint64_t offset)
{
	return (offset + RTCELLS_ALIGN - 1) / RTCELLS_ALIGN * RTCELLS_ALIGN;
}

/* Where cell number @index begins in .rtcells. */
static uint64_t cell_offset(const struct payloads *payloads, uint32_t index)
{
	uint64_t offset = 0;
	uint32_t i;

	for (i = 0; i < index; i++)
		offset = next_offset(offset + payloads->cells[i].size);
	return offset;
}

void rtcells_pack(const struct sysfile *sysfile, const struct payloads *payloads, struct blob *out)
{
	uint32_t i, count = sysfile->cell_count;

	memset(out, 0, sizeof(*out));
	if (count == 0)
		return;
	out->size = cell_offset(payloads, count - 1) + payloads->cells[count - 1].size;
	out->data = mem_alloc(out->size);
	for (i = 0; i < count; i++)
		memcpy(out->data + cell_offset(payloads, i), payloads->cells[i].data,
		       payloads->cells[i].size);
}

static void pack_header(const struct sysfile *sysfile, const struct payloads *payloads,
			const struct blob *rtcells, struct bh_config *h)
{
	const struct sysfile_root *root = &sysfile->root;

	memset(h, 0, sizeof(*h));
	h->magic = BH_CONFIG_MAGIC;
	h->version = BH_CONFIG_VERSION;
	h->size = (uint32_t)(sizeof(*h) + sysfile->cell_count * sizeof(struct bh_config_cell));
	h->cell_count = sysfile->cell_count;
	h->iommu = sysfile->iommu;
	h->on_failure = sysfile->on_failure;
	h->cells_crc32 = crc32(0, rtcells->data, rtcells->size);
	h->cells_size = (uint32_t)rtcells->size;
	h->linux_crc32 = crc32(0, payloads->kernel.data, payloads->kernel.size);
	h->linux_size = (uint32_t)payloads->kernel.size;
	h->initrd_crc32 = crc32(0, payloads->initrd.data, payloads->initrd.size);
	h->initrd_size = (uint32_t)payloads->initrd.size;
	h->cmdline_crc32 = crc32(0, root->cmdline, strlen(root->cmdline));
	h->cmdline_size = (uint32_t)strlen(root->cmdline);
	h->root_min_cpus = root->min_cpus;
	h->console_port = sysfile->console_port;
	h->root_min_memory = root->min_memory;
}

static void pack_cell(const struct sysfile_cell *cell, uint64_t offset, uint64_t size,
		      struct bh_config_cell *c)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->name, cell->name, sizeof(c->name));
	c->boot = cell->boot;
	c->cpu_count = cell->cpus;
	c->memory_size = cell->memory;
	c->memory_gpa = cell->address;
	c->image_offset = offset;
	c->image_size = size;
	memcpy(c->args, cell->args, sizeof(c->args));
	memcpy(c->devices, cell->devices, cell->device_count * sizeof(c->devices[0]));
}

void rtcfg_pack(const struct sysfile *sysfile, const struct payloads *payloads,
		const struct blob *rtcells, struct blob *out)
{
	struct bh_config header;
	struct bh_config_cell cell;
	uint32_t i;

	pack_header(sysfile, payloads, rtcells, &header);
	out->size = header.size;
	out->data = mem_alloc(out->size);
	memcpy(out->data, &header, sizeof(header));
	for (i = 0; i < sysfile->cell_count; i++) {
		pack_cell(&sysfile->cells[i], cell_offset(payloads, i), payloads->cells[i].size,
			  &cell);
		memcpy(out->data + sizeof(header) + i * sizeof(cell), &cell, sizeof(cell));
	}
	header.crc32 = crc32(0, out->data, out->size);
	memcpy(out->data, &header, sizeof(header));
}
