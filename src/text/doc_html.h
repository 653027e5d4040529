/* What both HTML writers share (internal to text/). */
#pragma once
#include "base/buf.h"

/* Text of elements and of quoted attributes. */
void html_escape(struct buf *b, str s);
