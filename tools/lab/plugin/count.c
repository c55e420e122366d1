/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin of QEMU's TCG: counts the instructions that each virtual CPU executes and writes a line
 *
 *	rdtsc vcpu=N address=0xA instructions=C
 *
 * for each RDTSC between two addresses. C is the count before that RDTSC, so the difference of two
 * lines is what a TSC that counts instructions would show. With several CPUs this is better than
 * `-icount`, which gives all of them one clock.
 *
 *	-plugin file=count.so,log=FILE,low=ADDRESS,high=ADDRESS
 *
 * The interface is a handful of functions of QEMU itself; Debian has no package of its header, so
 * they are declared here (QEMU's docs/devel/tcg-plugins).
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* QEMU 9 takes nothing below 2, QEMU 8 and before nothing above 1. */
#ifndef PLUGIN_API
#define PLUGIN_API 1
#endif

#define EXPORT    __attribute__((visibility("default")))
#define MAX_VCPUS 256u

typedef uint64_t plugin_id;

struct plugin_info {
	const char *target_name;
	struct {
		int min;
		int cur;
	} version;
	bool system_emulation;
	int smp_vcpus;
	int max_vcpus;
};

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void (*tb_callback)(plugin_id id, struct qemu_plugin_tb *tb);
typedef void (*insn_callback)(unsigned int vcpu, void *data);

enum {
	CALLBACK_NO_REGISTERS
};

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, tb_callback callback);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, insn_callback callback,
					    int flags, void *data);

/* Since version 3 of the interface the bytes are copied, before it a pointer was returned. */
#define INSN_DATA_COPIES 3
void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);

EXPORT int qemu_plugin_version = PLUGIN_API;
EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv);

/* A cache line each: every CPU of the machine counts in a thread of its own. */
static struct {
	uint64_t executed;
	uint64_t padding[7];
} counters[MAX_VCPUS];

static FILE *out;
static uint64_t low, high;
static int interface;

static void count(unsigned int vcpu, void *data)
{
	(void)data;
	counters[vcpu % MAX_VCPUS].executed++;
}

static void count_rdtsc(unsigned int vcpu, void *address)
{
	fprintf(out, "rdtsc vcpu=%u address=0x%" PRIxPTR " instructions=%" PRIu64 "\n", vcpu,
		(uintptr_t)address, counters[vcpu % MAX_VCPUS].executed);
	count(vcpu, NULL);
}

static bool is_rdtsc(const struct qemu_plugin_insn *insn)
{
	static const uint8_t opcode[] = {0x0f, 0x31};
	uint8_t copy[sizeof(opcode)] = {0};
	const void *bytes = copy;

	if (qemu_plugin_insn_size(insn) != sizeof(opcode))
		return false;
	if (interface >= INSN_DATA_COPIES)
		(void)qemu_plugin_insn_data(insn, copy, sizeof(copy));
	else
		bytes = qemu_plugin_insn_data(insn, NULL, 0);
	return memcmp(bytes, opcode, sizeof(opcode)) == 0;
}

/* Each instruction counts by itself: an exit leaves a block of them in the middle. */
static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		bool wanted = address >= low && address < high && is_rdtsc(insn);

		qemu_plugin_register_vcpu_insn_exec_cb(insn, wanted ? count_rdtsc : count,
						       CALLBACK_NO_REGISTERS,
						       (void *)(uintptr_t)address);
	}
}

static bool take_argument(const char *argument)
{
	if (strncmp(argument, "log=", 4) == 0)
		out = fopen(argument + 4, "w");
	else if (strncmp(argument, "low=", 4) == 0)
		low = strtoull(argument + 4, NULL, 0);
	else if (strncmp(argument, "high=", 5) == 0)
		high = strtoull(argument + 5, NULL, 0);
	else
		return false;
	return true;
}

int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!take_argument(argv[i])) {
			fprintf(stderr, "count: unknown argument %s\n", argv[i]);
			return 1;
		}
	}
	if (!out || low >= high) {
		fprintf(stderr, "count: log=FILE cannot be written, or low and high are missing\n");
		return 1;
	}
	setvbuf(out, NULL, _IOLBF, 0);
	interface = info->version.cur;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
