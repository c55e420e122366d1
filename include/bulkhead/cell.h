/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest ABI of a native RT cell: how it is entered, its cell info page, console and hypercalls.
 * Self-contained, usable from any C compiler; docs/guest-abi.md holds the meaning in words.
 *
 * Entry (boot: elf64): the cell's first CPU starts at the ELF entry point in 64-bit mode, CPL 0,
 * paging on with the first 4 GiB identity-mapped (2 MiB pages, tables at the end of the cell's
 * RAM), interrupts off, RDI = guest-physical address of the cell info page, no usable stack.
 * The cell's other CPUs wait for INIT-SIPI from the cell itself.
 *
 * Rules of change: fields of the cell info page are only ever appended, lists follow behind them;
 * any change increments BH_CELL_INFO_VERSION. `size` is the page's valid bytes, lists included.
 */
#ifndef BULKHEAD_CELL_H
#define BULKHEAD_CELL_H

#include <stdint.h>

#define BH_CELL_INFO_GPA     0xfe000000u /* one page, read-only for the cell */
#define BH_CELL_CONSOLE_GPA  0xfe001000u /* BH_CELL_CONSOLE_SIZE bytes, read-write */
#define BH_CELL_CONSOLE_SIZE 0x2000u

/* Shared memory lies in here, each link at the same address in all cells that have it. */
#define BH_CELL_LINKS_GPA    0xfe100000u
#define BH_CELL_LINKS_SIZE   0x00800000u

#define BH_CELL_INFO_MAGIC   0x4f464e494c4c4543ULL /* the bytes "CELLINFO" */
#define BH_CELL_INFO_VERSION 1u

/* bh_cell_info.flags */
#define BH_CELL_X2APIC           (1u << 0) /* the local APIC is in x2APIC mode (use MSRs 0x800..) */
#define BH_CELL_CONSOLE_DOORBELL (1u << 1) /* BH_HC_CONSOLE is needed after each console line */
#define BH_CELL_VMMCALL          (1u << 2) /* hypercalls by VMMCALL, else by VMCALL */

struct bh_cell_info {
	uint64_t magic;
	uint32_t version;
	uint32_t size; /* valid bytes of this page */
	char name[32];
	uint32_t flags; /* BH_CELL_x */
	uint32_t tsc_khz;
	uint32_t apic_khz; /* local APIC timer's input clock, before its divider */
	uint32_t cpu_count;
	uint32_t cpu_offset; /* from the page's start: uint32_t apic_id[cpu_count] */
	uint32_t mem_count;
	uint32_t mem_offset; /* struct bh_cell_mem[mem_count] */
	uint32_t link_count;
	uint32_t link_offset; /* struct bh_cell_link[link_count] */
	uint32_t args_offset; /* NUL-terminated argument string of the system file */
	uint64_t console_gpa; /* struct bh_cell_console */
	uint32_t port_count;  /* I/O ports that are the cell's own */
	uint32_t port_offset; /* struct bh_cell_ports[port_count] */
	uint32_t irq_count;   /* interrupt lines that are the cell's own */
	uint32_t irq_offset;  /* struct bh_cell_irq[irq_count] */
};

_Static_assert(sizeof(struct bh_cell_info) == 112, "guest ABI 1: cell info page");

struct bh_cell_mem {
	uint64_t gpa;
	uint64_t size;  /* bytes */
	uint32_t kind;  /* BH_MEM_x */
	uint32_t flags; /* BH_MEM_FLAG_x */
};

#define BH_MEM_RAM        1u
#define BH_MEM_INFO       2u
#define BH_MEM_CONSOLE    3u
#define BH_MEM_FLAG_WRITE (1u << 0)
#define BH_MEM_FLAG_EXEC  (1u << 1)

/* Memory that the cell shares with other RT cells: zeroed at the start, then only theirs. */
struct bh_cell_link {
	char name[32];
	uint64_t gpa;
	uint64_t size;  /* bytes */
	uint32_t flags; /* BH_MEM_FLAG_WRITE, or 0: writes vanish */
	uint32_t reserved;
};

_Static_assert(sizeof(struct bh_cell_link) == 56, "guest ABI 1: link");

struct bh_cell_ports {
	uint16_t first;
	uint16_t last;
};

/*
 * An interrupt line ends in an I/O APIC, whose registers the cell finds at ioapic_gpa as on any PC:
 * its own pins can be programmed, with CPUs of the cell as destinations, and all others read as 0.
 */
struct bh_cell_irq {
	uint32_t gsi; /* global system interrupt: the line's number in the system file */
	uint32_t pin; /* of that I/O APIC */
	uint64_t ioapic_gpa;
};

_Static_assert(sizeof(struct bh_cell_irq) == 16, "guest ABI 1: interrupt line");

/*
 * Console ring. The cell writes bytes at data[head % BH_CONSOLE_RING] and then advances head; the
 * hypervisor, on a root CPU, prints whole lines as "[NAME] text" and advances tail. Both counters
 * run freely. A cell that finds head - tail == BH_CONSOLE_RING drops text rather than wait.
 * watchdog: the cell's own life sign, any change counts.
 */
#define BH_CONSOLE_RING 4096u

struct bh_cell_console {
	uint32_t head; /* written by the cell only */
	uint32_t tail; /* written by the hypervisor only */
	uint32_t watchdog;
	uint32_t dropped; /* bytes that the cell dropped, for the curious */
	uint8_t reserved[4080];
	uint8_t data[BH_CONSOLE_RING];
};

_Static_assert(sizeof(struct bh_cell_console) == BH_CELL_CONSOLE_SIZE, "guest ABI 1: console");

/*
 * Hypercalls: VMCALL or VMMCALL at CPL 0, number in RAX, arguments in RDI and RSI, result in RAX
 * (>= 0, or one of BH_HC_E*), all other registers preserved. The counters may be read at any CPL,
 * as Linux lets everybody read /proc/interrupts: programs of a root cell need no kernel module.
 */
#define BH_HC_VERSION 0u /* -> ABI version, BH_CELL_INFO_VERSION */
#define BH_HC_CONSOLE 1u /* the console ring has new text -> 0 */
#define BH_HC_EXITS   2u /* RDI = BH_EXIT_x or BH_EXIT_COUNT for all -> exits of this CPU */
#define BH_HC_REFUSED 3u /* RDI = BH_REFUSED_x or BH_REFUSED_COUNT for all -> of this cell */

#define BH_HC_ENOSYS  (-38L) /* no such hypercall */
#define BH_HC_EPERM   (-1L)  /* not at CPL 0, or not for this cell */
#define BH_HC_EINVAL  (-22L) /* an argument is out of range */

/* Exit counter classes, the same on VMX and SVM. */
enum bh_exit_class {
	BH_EXIT_CPUID,
	BH_EXIT_MSR,
	BH_EXIT_ICR,
	BH_EXIT_XAPIC,
	BH_EXIT_CR,
	BH_EXIT_XSETBV,
	BH_EXIT_IO,
	BH_EXIT_MEMORY,
	BH_EXIT_HYPERCALL,
	BH_EXIT_NMI,
	BH_EXIT_TIMER,
	BH_EXIT_EXCEPTION,
	BH_EXIT_INIT_SIPI,
	BH_EXIT_OTHER,
	BH_EXIT_COUNT
};

/* What a cell tried and was not let do, by what it aimed at. */
enum bh_refusal {
	BH_REFUSED_MEMORY,      /* an address where it has nothing */
	BH_REFUSED_PORT,        /* an I/O port that is not its own */
	BH_REFUSED_MSR,         /* an MSR that it does not have, or a value that it may not write */
	BH_REFUSED_APIC,        /* a delivery mode, or a destination outside of the cell */
	BH_REFUSED_IOAPIC,      /* an I/O APIC entry */
	BH_REFUSED_PCI,         /* configuration of a PCI function, a BAR, a bridge's window */
	BH_REFUSED_MSI,         /* a message of a PCI function */
	BH_REFUSED_INSTRUCTION, /* VMX, SVM, SMX: #UD */
	BH_REFUSED_COUNT
};

#endif
