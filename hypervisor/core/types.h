/* SPDX-License-Identifier: BSD-2-Clause */
/* Basic types and helpers. Host tests compile the same file against the C library. */
#ifndef CORE_TYPES_H
#define CORE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define BIT32(n)         (1u << (n))
#define BIT64(n)         (1ULL << (n))
#define ARRAY_SIZE(a)    (sizeof(a) / sizeof((a)[0]))

#define PAGE_SHIFT       12u
#define PAGE_SIZE        4096u
#define PAGE_MASK        0xfffULL
#define SIZE_2M          0x200000ULL
#define SIZE_1G          0x40000000ULL
#define SIZE_4G          0x100000000ULL

#define ALIGN_UP(x, a)   (((x) + (a)-1) & ~((u64)(a)-1))
#define ALIGN_DOWN(x, a) ((x) & ~((u64)(a)-1))

#endif
