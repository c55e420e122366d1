/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory by /dev/mem: other cells', the hypervisor's, nobody's, and the local APIC. */
#include "attack.h"

#define PAGE       4096u
#define APIC_BASE  0xfee00000u
#define APIC_ICR   0x300u
#define APIC_PAGES 1u

static int mem;

struct access {
	volatile u8 *at;
	u32 kind;
	u64 value;
	bool reads; /* a plain load: it must have given ones */
	u8 size;
};

bool memory_init(void)
{
	mem = open_file("/dev/mem", O_RDWR | O_SYNC);
	if (mem < 0)
		say("attack: no memory: /dev/mem says %u\n", (u64)-mem);
	return mem >= 0;
}

static void load(struct access *a)
{
	a->size = (u8)(1u << (a->kind & 3));
	a->reads = true;
	a->value = ~0ULL;
	if (a->size == 1)
		__asm__ volatile("movb %1, %b0" : "+r"(a->value) : "m"(*a->at));
	else if (a->size == 2)
		__asm__ volatile("movw %1, %w0" : "+r"(a->value) : "m"(*(volatile u16 *)a->at));
	else if (a->size == 4)
		__asm__ volatile("movl %1, %k0" : "+r"(a->value) : "m"(*(volatile u32 *)a->at));
	else
		__asm__ volatile("movq %1, %0" : "+r"(a->value) : "m"(*(volatile u64 *)a->at));
}

static void store(const struct access *a)
{
	switch (a->kind & 3) {
	case 0:
		*a->at = (u8)a->value;
		break;
	case 1:
		*(volatile u16 *)a->at = (u16)a->value;
		break;
	case 2:
		*(volatile u32 *)a->at = (u32)a->value;
		break;
	default:
		*(volatile u64 *)a->at = a->value;
		break;
	}
}

static void special(struct access *a)
{
	volatile u8 *at = a->at;
	u64 value = a->value, count = 32;

	switch (a->kind & 7) {
	case 0:
		__asm__ volatile("xchgl %k0, (%1)" : "+r"(value) : "r"(at) : "memory");
		break;
	case 1:
		__asm__ volatile("lock addq %0, (%1)" : : "r"(value), "r"(at) : "memory");
		break;
	case 2:
		__asm__ volatile("rep stosb" : "+D"(at), "+c"(count) : "a"(value) : "memory");
		break;
	case 3:
		__asm__ volatile("rep lodsb" : "+S"(at), "+c"(count), "+a"(value) : : "memory");
		break;
	case 4:
		__asm__ volatile("movups %%xmm0, (%0)" : : "r"(at) : "memory");
		break;
	case 5:
		__asm__ volatile("orb %b0, (%1)" : : "q"(value), "r"(at) : "memory");
		break;
	case 6:
		__asm__ volatile("clflush (%0)" : : "r"(at) : "memory");
		break;
	default:
		__asm__ volatile("call *%0"
				 :
				 : "r"(at)
				 : "memory", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
				   "r11");
		break;
	}
}

static void do_access(void *arg)
{
	struct access *a = arg;

	if (a->kind < 8)
		load(a);
	else if (a->kind < 24)
		store(a);
	else
		special(a);
}

/* Two pages, so that an access may run over the first one's end. */
static void *map(u64 address)
{
	long at = sys(SYS_MMAP, 0, 2 * PAGE, PROT_RW, MAP_SHARED, mem,
		      (long)(address & ~(u64)(PAGE - 1)));

	return at < 0 && at > -(long)PAGE ? NULL : (void *)at;
}

static void unmap(void *at)
{
	sys(SYS_MUNMAP, (long)at, 2 * PAGE, 0, 0, 0, 0);
}

static bool touch(u64 address, struct access *a)
{
	u8 *at = map(address);
	bool done;

	if (!at)
		return false;
	*a = (struct access){
		.at = at + address % PAGE, .kind = (u32)below(32), .value = odd_value()};
	done = attempt(do_access, a);
	unmap(at);
	return done;
}

void attack_foreign(void)
{
	u64 address = target_foreign();
	struct access a;

	if (!address || !touch(address, &a) || !a.reads)
		return;
	/* the last bytes of a gap may already be root's own again */
	if (address % PAGE + a.size <= PAGE && (u8)a.value != 0xff)
		failed("memory of another cell can be read at", address, a.value);
}

void attack_empty(void)
{
	struct access a;

	touch(target_empty(), &a);
}

struct icr_write {
	volatile u32 *icr;
	u32 high, low;
};

static void do_icr(void *arg)
{
	struct icr_write *w = arg;

	w->icr[4] = w->high; /* the registers are 16 bytes apart */
	w->icr[0] = w->low;
}

/*
 * The ICR by its page, in xAPIC mode. With several CPUs the kernel's own IPIs could come between
 * the two writes, and then ours would go to one of root's CPUs. Fixed interrupts go to others only;
 * everything else may have any shorthand, because it must not reach root's only CPU either.
 */
void attack_apic(void)
{
	u8 *page = target_single_cpu() ? map(APIC_BASE) : NULL;
	struct icr_write w;
	u32 mode;

	if (!page)
		return;
	mode = (u32)below(8);
	w.icr = (volatile u32 *)(page + APIC_ICR);
	w.high = target_apic_id() << 24;
	w.low = (u32)(rnd() & 0xc0ff) | mode << 8;
	if (mode > 1 && one_in(2))
		w.low |= 3u << 18; /* all but itself */
	attempt(do_icr, &w);
	unmap(page);
}
