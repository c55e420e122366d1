/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys that the language is meant to have and this version cannot honour. They are refused. */
#ifndef MKIMAGE_LATER_H
#define MKIMAGE_LATER_H

/**
 * later_key - what to say of a key that is not there yet.
 * @where: the mapping's name in messages, see struct reader.
 * Return: a text that goes on a sentence; a null pointer if the key is just wrong.
 */
const char *later_key(const char *where, const char *key);

#endif
