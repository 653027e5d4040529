/* CSV for spreadsheets (RFC 4180): quoted cells, CRLF, a byte order mark in front. */
#pragma once
#include "base/buf.h"

void csv_start(struct buf *b); /* the mark; before the first line */
/* A cell that a spreadsheet would run as a formula begins with an apostrophe. */
void csv_line(struct buf *b, const str *v, size_t n);
