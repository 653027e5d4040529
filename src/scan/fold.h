/* Folding for the scanner: a text becomes two sequences of symbols in which the usual ways of
 * writing a word differently are equal, and every symbol knows the bytes that it stands for.
 *
 * VIEW_LOOK: compatibility forms, width and case (NFKC_Casefold), Latin marks, traditional to
 * simplified Han (ICU), look-alikes (UTS 39 confusables of one character, and like.def for Han and
 * numerals); white space, punctuation, symbols, controls and invisible characters are left out.
 * VIEW_SOUND: on top of that each Han character is its reading without tone (ICU's Han-Latin;
 * several readings for those of poly.def), and a run of Latin letters that is spelled pinyin counts
 * as the syllables.
 *
 * Table-driven: one look-up per code point, in tables that are made from ICU at the first use
 * (half a second) and then shared by all threads. */
#pragma once
#include "base/str.h"

enum scan_view { VIEW_LOOK, VIEW_SOUND, SCAN_VIEWS };
const char *scan_view_name(enum scan_view v); /* "look", "sound" */

/* A symbol is a code point, or a syllable (SYMBOL_SOUND and above), or, with SYMBOL_MANY set, the
 * number of a set of syllables: any of these. */
#define SYMBOL_SOUND 0x110000U
#define SYMBOL_MANY 0x80000000U
enum { FOLD_READINGS = 4, FOLD_TEXT_MAX = 16 * 1024 * 1024 /* bytes of one text */ };
struct fold_many {
    uint32_t n, v[FOLD_READINGS];
};
const struct fold_many *fold_many(uint32_t symbol); /* of a symbol with SYMBOL_MANY */

struct folded {
    uint32_t *sym;
    uint32_t *from; /* byte in the text at which the symbol's character begins */
    uint8_t *span;  /* bytes that it takes there */
    size_t n;
    bool many; /* some symbols have SYMBOL_MANY */
};
/* Folds s (valid UTF-8) into *ret_f, whose arrays live in mem; texts over FOLD_TEXT_MAX are cut. */
void fold_look(arena *mem, str s, struct folded *ret_f);
/* Both views in one pass over the text. */
void fold_both(arena *mem, str s, struct folded *ret_look, struct folded *ret_sound);
/* The bytes of the text that n symbols from symbol i on stand for. */
struct fold_place {
    size_t from, to;
};
struct fold_place fold_place(const struct folded *f, size_t i, size_t n);
