/* The files of an exported account, as both ways know them. For owndata/ only. */
#pragma once
#include "base/str.h"

#define ACCOUNT_FORMAT "gongqi-account-1"
#define ARTICLE_FORMAT "gongqi-article-1"
#define VERSION_FORMAT "gongqi-version-1"
#define PERSON_FORMAT "gongqi-person-1"

const char *media_ending(str mime); /* webp, mp4, m4a, vtt */
str media_file_name(arena *mem, str hash, str mime);
