// SPDX-License-Identifier: BSD-2-Clause
#include "sections.h"

#include "bulk.h"
#include "core/string.h"
#include "crc32.h"

/* A section and what the policy says about it. */
struct promise {
	const char *name;
	u32 size;
	u32 crc;
	struct pe_span *span;
};

/* A section that may be missing gets size 0. */
static bool find(const struct pe_image *pe, const char *name, struct pe_span *span, bool needed,
		 struct why *why)
{
	enum pe_err err = pe_section(pe, name, span);

	if (err == PE_OK)
		return true;
	memset(span, 0, sizeof(*span));
	if (err == PE_ERR_NOT_FOUND && !needed)
		return true;
	return because(why,
		       "section %s of this image cannot be used, %s: build the image with "
		       "mkimage",
		       name, pe_strerror(err));
}

static bool check(const struct promise *p, struct why *why)
{
	if (p->span->size < p->size)
		return because(why,
			       "section %s has %lu bytes, the policy says %u: the image is "
			       "damaged",
			       p->name, p->span->size, p->size);
	p->span->size = p->size;
	if (crc32(0, p->span->data, p->size) != p->crc)
		return because(why, "section %s is damaged: its checksum does not match", p->name);
	return true;
}

static bool check_promises(struct sections *s, struct why *why)
{
	const struct bh_config *head = s->config.head;
	const struct promise promises[] = {
		{".linux",   head->linux_size,   head->linux_crc32,   &s->kernel },
		{".ucode",   head->ucode_size,   head->ucode_crc32,   &s->ucode  },
		{".initrd",  head->initrd_size,  head->initrd_crc32,  &s->initrd },
		{".cmdline", head->cmdline_size, head->cmdline_crc32, &s->cmdline},
		{".rtcells", head->cells_size,   head->cells_crc32,   &s->cells  },
	};

	for (u32 i = 0; i < ARRAY_SIZE(promises); i++) {
		if (check(&promises[i], why))
			continue;
		/* What is known to be damaged is not started without partitions, either. */
		if (promises[i].span != &s->cells)
			s->kernel.size = 0;
		return false;
	}
	return true;
}

static bool open_config(struct sections *s, struct why *why)
{
	struct pe_span span;

	if (!find(&s->pe, BH_SECTION_CONFIG, &span, true, why))
		return false;
	if ((uintptr_t)span.data % _Alignof(struct bh_config))
		return because(why, "section .rtcfg is not aligned: build the image with mkimage");
	if (config_open(&s->config, span.data, span.size, why))
		return true;
	s->config.head = NULL;
	return false;
}

bool sections_open(struct sections *out, const void *base, u64 size, struct why *why)
{
	struct why second;
	bool found, sound;
	enum pe_err err;

	memset(out, 0, sizeof(*out));
	err = pe_open(&out->pe, base, size, PE_LAYOUT_LOADED);
	if (err)
		return because(why, "the image that the firmware loaded is damaged: %s",
			       pe_strerror(err));
	found = find(&out->pe, ".linux", &out->kernel, true, why) &&
		find(&out->pe, ".ucode", &out->ucode, false, why) &&
		find(&out->pe, ".initrd", &out->initrd, false, why) &&
		find(&out->pe, ".cmdline", &out->cmdline, false, why) &&
		find(&out->pe, BH_SECTION_CELLS, &out->cells, false, why);
	if (!found)
		out->kernel.size = 0; /* as in check_promises() */
	/* In any case: the policy names the console and what to do about a failure. */
	sound = open_config(out, found ? why : &second);
	return found && sound && check_promises(out, why);
}

u64 sections_initrd_size(const struct sections *s)
{
	return ALIGN_UP(s->ucode.size, 4) + s->initrd.size;
}

void sections_initrd_copy(const struct sections *s, void *to)
{
	u64 gap = ALIGN_UP(s->ucode.size, 4) - s->ucode.size;
	u8 *p = to;

	bulk_copy(p, s->ucode.data, s->ucode.size);
	memset(p + s->ucode.size, 0, gap);
	bulk_copy(p + s->ucode.size + gap, s->initrd.data, s->initrd.size);
}
