/* Signed notes, keys, checkpoints and receipts in the formats of C2SP (signed-note,
 * tlog-checkpoint, tlog-cosignature, tlog-proof). Knows neither files nor the database; the
 * separate verifier is built from it.
 *
 * Everything parsed here comes from outside: malformed texts are ERR_INVALID "bad_note",
 * "bad_key", "bad_checkpoint" or "bad_receipt". */
#pragma once
#include "record/tree.h"

enum {
    NOTE_MAX = 64 * 1024, /* of a whole note */
    NOTE_SIGS_MAX = 64,
    NOTE_ED25519 = 1,
    NOTE_COSIGNATURE = 4, /* Ed25519 with a time, cosignature/v1 */
};

/* ---- keys ---- */
struct note_key {
    str name;
    uint8_t id[4]; /* first bytes of SHA-256(name || 0x0A || type || public key) */
    uint8_t type, public_key[32];
};
struct note_signer {
    struct note_key key;
    uint8_t seed[32];
};
/* name+hex8(id)+base64(type || public key); the id must be right. */
err note_key_parse(arena *mem, str text, struct note_key *ret_key);
str note_key_text(arena *mem, const struct note_key *key);
/* A name is 1 to 200 bytes without spaces or '+'. */
err note_signer_new(arena *mem, str name, uint8_t type, struct note_signer *ret_signer);
/* "PRIVATE+KEY+name+hex8(id)+base64(type || seed)", as Go's golang.org/x/mod/sumdb/note has it. */
err note_signer_parse(arena *mem, str text, struct note_signer *ret_signer);
str note_signer_text(arena *mem, const struct note_signer *signer);

/* ---- notes ---- */
struct note_sig {
    str name, line; /* line: with its newline */
    uint8_t id[4];
    struct bytes sig; /* without the id */
};
struct note {
    str body; /* with its last newline, without the empty line */
    struct note_sig *sigs;
    size_t n;
};
err note_parse(arena *mem, str text, struct note *ret_note);
/* One line by this key over this body (a cosignature for type 4: at_s, seconds, is signed too). */
str note_sign(arena *mem, str body, const struct note_signer *signer, int64_t at_s);
/* True when a signature by this key is there and right; a wrong one refuses the note even beside a
 * right one. *ret_at_s: a cosignature's time (else 0); may be NULL. */
bool note_verified(const struct note *n, const struct note_key *key, int64_t *ret_at_s);

/* ---- checkpoints ---- */
struct checkpoint {
    str origin;
    struct tree_head head;
};
str checkpoint_body(arena *mem, const struct checkpoint *c);
/* Further lines of a body (extensions) are kept out. */
err checkpoint_parse(arena *mem, str body, struct checkpoint *ret_c);

/* ---- receipts (.tlog-proof) ---- */
struct receipt {
    struct bytes extra; /* here: the entry itself; may be absent */
    int64_t index;
    struct proof path;
    str checkpoint; /* the signed note */
};
str receipt_text(arena *mem, const struct receipt *r);
err receipt_parse(arena *mem, str text, struct receipt *ret_r);

/* base64 hash, one a line, as in proofs and requests to witnesses. */
err hash_parse(arena *mem, str line, struct sha256 *ret_hash);
str hash_text(arena *mem, struct sha256 h);
