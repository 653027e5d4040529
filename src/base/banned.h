/* Calls that the house does not use: they fail to compile where this header is forced in
 * (every file but base/). The tools name what to use instead. */
#pragma once
#include <stdio.h> /* before the macros: fortified headers define these functions inline */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(call, instead) call##_is_banned_use_##instead
#undef strcpy
#define strcpy(...) BANNED(strcpy, str)
#undef strcat
#define strcat(...) BANNED(strcat, buf)
#undef strncpy
#define strncpy(...) BANNED(strncpy, str)
#undef sprintf
#define sprintf(...) BANNED(sprintf, str_fmt)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, str_fmt)
#undef strtok
#define strtok(...) BANNED(strtok, str_split)
#undef atoi
#define atoi(...) BANNED(atoi, str_int)
#undef atol
#define atol(...) BANNED(atol, str_int)
#undef gmtime
#define gmtime(...) BANNED(gmtime, clock_utc)
#undef localtime
#define localtime(...) BANNED(localtime, clock_china)
#undef asctime
#define asctime(...) BANNED(asctime, clock_rfc3339)
#undef mktemp
#define mktemp(...) BANNED(mktemp, mkstemp)
