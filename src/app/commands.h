/* The program's commands. argv[0] is the command's own name. A command returns OK, or an error
 * whose fault is printed; it prints its results on standard output. */
#pragma once
#include "base/err.h"

#define X(name, fn, args, text) err fn(int argc, char **argv);
#include "app/commands.def"
#undef X

/* A command that fails with this reason ends with 2, with any other with 1. */
#define COMMAND_BAD "doctor_bad"
