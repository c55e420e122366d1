// SPDX-License-Identifier: BSD-2-Clause
#include "elf.h"

#include "core/string.h"

/* ELF-64 object file format, "ELF Header" and "Program Header Table". */
struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF-64: file header");
_Static_assert(sizeof(struct elf_segment) == 56, "ELF-64: program header");

#define IDENT_MAGIC   "\177ELF\2\1\1" /* 64-bit, little endian, version 1 */
#define TYPE_EXEC     2u
#define MACHINE_AMD64 62u
#define SEG_LOAD      1u
#define SEG_DYNAMIC   2u
#define SEG_INTERP    3u
#define SEG_EXECUTE   1u

static bool check_header(const struct elf_header *h, u64 size, const char *name, struct why *why)
{
	if (memcmp(h->ident, IDENT_MAGIC, 7) || h->machine != MACHINE_AMD64)
		return because(why, "cell %s: its program is not a 64-bit x86 ELF file", name);
	if (h->type != TYPE_EXEC)
		return because(why,
			       "cell %s: its program is not a static executable: link it with "
			       "-static and without -pie",
			       name);
	if (h->phentsize != sizeof(struct elf_segment) || h->phoff > size ||
	    (u64)h->phnum * sizeof(struct elf_segment) > size - h->phoff)
		return because(why, "cell %s: its program header table lies outside the file",
			       name);
	return true;
}

static bool check_segment(const struct elf_target *t, const struct elf_segment *s, u64 size,
			  const char *name, struct why *why)
{
	if (s->offset > size || s->filesz > size - s->offset || s->filesz > s->memsz)
		return because(why, "cell %s: a segment of its program lies outside the file",
			       name);
	if (s->paddr < t->gpa || s->paddr - t->gpa > t->size ||
	    s->memsz > t->size - (s->paddr - t->gpa))
		return because(
			why,
			"cell %s: its program wants 0x%lx bytes at 0x%lx, its memory "
			"for programs is 0x%lx bytes at 0x%lx: link it elsewhere or give the "
			"cell more memory",
			name, s->memsz, s->paddr, t->size, t->gpa);
	return true;
}

static bool holds_entry(const struct elf_segment *s, u64 entry)
{
	/* Guest-virtual is guest-physical at entry, hence paddr. */
	return s->flags & SEG_EXECUTE && entry >= s->paddr && entry - s->paddr < s->filesz;
}

bool elf_load(struct elf_target *target, const void *image, u64 size, const char *name,
	      struct why *why)
{
	const u8 *file = image;
	struct elf_header h;
	struct elf_segment s;
	bool entered = false;

	if (size < sizeof(h))
		return because(why, "cell %s: its program is not an ELF file", name);
	memcpy(&h, file, sizeof(h));
	if (!check_header(&h, size, name, why))
		return false;
	for (u32 i = 0; i < h.phnum; i++) {
		memcpy(&s, file + h.phoff + i * sizeof(s), sizeof(s));
		if (s.type == SEG_DYNAMIC || s.type == SEG_INTERP)
			return because(why,
				       "cell %s: its program is linked dynamically: link it "
				       "with -static",
				       name);
		if (s.type != SEG_LOAD || s.memsz == 0)
			continue;
		if (!check_segment(target, &s, size, name, why))
			return false;
		memcpy(target->ram + (s.paddr - target->gpa), file + s.offset, s.filesz);
		entered = entered || holds_entry(&s, h.entry);
	}
	if (!entered)
		return because(why,
			       "cell %s: the entry point 0x%lx of its program is not in its "
			       "code",
			       name, h.entry);
	target->entry = h.entry;
	return true;
}
