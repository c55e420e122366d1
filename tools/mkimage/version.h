/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MKIMAGE_VERSION_H
#define MKIMAGE_VERSION_H

#define MKIMAGE_VERSION "0.1.0" /* of Bulkhead; goes into .osrel and .sbat */

#endif
