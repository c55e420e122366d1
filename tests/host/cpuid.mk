# SPDX-License-Identifier: BSD-2-Clause
# core/cpuid.c is included by its test, with a CPUID of the test's own.
test_cpuid_SRCS :=
