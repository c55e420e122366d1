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

void rtcells_pack(const struct sysfile *sysfile, const struct payloads *payloads,
		  struct rtcells *out)
{
	static const uint8_t padding[RTCELLS_ALIGN];
	struct piece *p = out->pieces;
	uint64_t gap;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < sysfile->cell_count; i++) {
		gap = cell_offset(payloads, i) - out->size;
		*p++ = (struct piece){.data = padding, .size = gap};
		*p++ = piece_of(&payloads->cells[i]);
		out->size += gap + payloads->cells[i].size;
	}
	out->count = (size_t)(p - out->pieces);
	for (i = 0; i < out->count; i++)
		out->crc32 = piece_crc32(out->crc32, &out->pieces[i]);
}

static uint32_t blob_crc32(const struct blob *blob)
{
	struct piece piece = piece_of(blob);

	return piece_crc32(0, &piece);
}

static void pack_header(const struct sysfile *sysfile, const struct payloads *payloads,
			const struct rtcells *rtcells, struct bh_config *h)
{
	const struct sysfile_root *root = &sysfile->root;

	memset(h, 0, sizeof(*h));
	h->magic = BH_CONFIG_MAGIC;
	h->version = BH_CONFIG_VERSION;
	h->size = (uint32_t)(sizeof(*h) + sysfile->cell_count * sizeof(struct bh_config_cell));
	h->cell_count = sysfile->cell_count;
	h->iommu = sysfile->iommu;
	h->on_failure = sysfile->on_failure;
	h->cells_crc32 = rtcells->crc32;
	h->cells_size = (uint32_t)rtcells->size;
	h->linux_crc32 = blob_crc32(&payloads->kernel);
	h->linux_size = (uint32_t)payloads->kernel.size;
	h->initrd_crc32 = blob_crc32(&payloads->initrd);
	h->initrd_size = (uint32_t)payloads->initrd.size;
	h->ucode_crc32 = blob_crc32(&payloads->microcode);
	h->ucode_size = (uint32_t)payloads->microcode.size;
	h->cmdline_crc32 = crc32(0, root->cmdline, strlen(root->cmdline));
	h->cmdline_size = (uint32_t)strlen(root->cmdline);
	h->root_min_cpus = root->min_cpus;
	h->console_port = sysfile->console_port;
	h->root_min_memory = root->min_memory;
	h->fingerprint = sysfile->fingerprint;
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
	memcpy(c->cpu_mask, cell->cpu_mask, sizeof(c->cpu_mask));
	c->flags = cell->flags;
	c->port_count = cell->port_count;
	memcpy(c->ports, cell->ports, cell->port_count * sizeof(c->ports[0]));
	c->link_count = cell->link_count;
	memcpy(c->links, cell->links, cell->link_count * sizeof(c->links[0]));
	c->irq_count = cell->irq_count;
	memcpy(c->irqs, cell->irqs, cell->irq_count * sizeof(c->irqs[0]));
}

void rtcfg_pack(const struct sysfile *sysfile, const struct payloads *payloads,
		const struct rtcells *rtcells, struct blob *out)
{
	struct bh_config header;
	struct bh_config_cell cell;
	uint32_t i;

	pack_header(sysfile, payloads, rtcells, &header);
	memset(out, 0, sizeof(*out));
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
