/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux system calls without a C library (x86-64 ABI: Linux, arch/x86/entry/syscalls). */
#ifndef PROGRAM_SYS_H
#define PROGRAM_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum {
	SYS_READ = 0,
	SYS_WRITE = 1,
	SYS_OPEN = 2,
	SYS_CLOSE = 3,
	SYS_MMAP = 9,
	SYS_MUNMAP = 11,
	SYS_RT_SIGACTION = 13,
	SYS_RT_SIGRETURN = 15,
	SYS_PREAD = 17,
	SYS_PWRITE = 18,
	SYS_NANOSLEEP = 35,
	SYS_EXIT = 60,
	SYS_IOPL = 172,
	SYS_SCHED_SETAFFINITY = 203,
	SYS_SCHED_GETAFFINITY = 204,
	SYS_CLOCK_GETTIME = 228
};

static inline long sys(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define O_RDONLY   0
#define O_RDWR     2
#define O_SYNC     04010000
#define PROT_RW    3
#define MAP_SHARED 1

static inline int open_file(const char *path, int flags)
{
	return (int)sys(SYS_OPEN, (long)path, flags, 0, 0, 0, 0);
}

static inline long read_at(int fd, void *to, u64 bytes, u64 offset)
{
	return sys(SYS_PREAD, fd, (long)to, (long)bytes, (long)offset, 0, 0);
}

static inline long write_at(int fd, const void *from, u64 bytes, u64 offset)
{
	return sys(SYS_PWRITE, fd, (long)from, (long)bytes, (long)offset, 0, 0);
}

#endif
