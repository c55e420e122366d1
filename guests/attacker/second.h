/* SPDX-License-Identifier: BSD-2-Clause */
/* The cell's other CPU, which can be spared. */
#ifndef ATTACKER_SECOND_H
#define ATTACKER_SECOND_H

#include "types.h"

/** second_exists - has the cell more than one CPU? */
bool second_exists(void);

/** second_prepare - make low memory a place where the second CPU may be started anywhere. */
void second_prepare(void);

/** second_stop - send it an INIT, if there is one. It may go on until the INIT has arrived. */
void second_stop(void);

/** second_start - start it; false if it does not answer, which has been printed then. */
bool second_start(void (*cpu_main)(u32 cpu));

#endif
