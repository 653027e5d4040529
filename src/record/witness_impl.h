/* Asking witnesses; only for record/. */
#pragma once
#include "record/log_impl.h"

err witnesses_open(struct record_log *l, const struct record_log_opts *o);
void witnesses_start(struct record_log *l); /* does nothing without witnesses */
void witnesses_stop(struct record_log *l);  /* also frees them */
