/* Proof that people upload. */
#include "registrant/evidence.h"

#include <unistd.h>

const char *const *evidence_kinds(enum registrant_class c, size_t *ret_n)
{
    static const char *const PERSON[] = {"id_photo"}, *const ORGANISATION[] = {"licence", "letter"};
    bool person = c == CLASS_INDIVIDUAL;
    *ret_n = person ? LEN(PERSON) : LEN(ORGANISATION);
    return person ? PERSON : ORGANISATION;
}

err evidence_check(arena *mem, struct evidence_in *in)
{
    char magic[5] = "";
    const struct upload *u = in->upload;
    if (pread(u->fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic &&
        memcmp(magic, "%PDF-", sizeof magic) == 0) {
        in->pdf = true;
        return u->size <= EVIDENCE_PDF_MAX
                   ? OK
                   : fault_field(ERR_INVALID, "evidence_too_large", in->kind, "a PDF above 10 MB");
    }
    struct image_info info;
    struct image_request rq = {.fd = u->fd, .kind = IMAGE_EVIDENCE, .claimed_type = u->mime};
    err e = image_import(&rq, mem, &in->image, &info);
    if (e == OK)
        return OK;
    struct fault was = fault_of(e);
    bool theirs = e == ERR_INVALID || e == ERR_TOO_LARGE;
    return theirs ? fault_field(ERR_INVALID, was.reason, in->kind, "%s", was.text) : e;
}

err evidence_seal(struct request *r, const struct evidence_in *in, int64_t registrant_id,
                  struct evidence *ret_e)
{
    struct vault_files f = {r->site->vault, r->site->blobs, r->mem};
    int fd = in->pdf ? in->upload->fd : in->image.file[0].fd;
    struct evidence e = {.kind = str_from(in->kind),
                         .mime = in->pdf ? S("application/pdf") : S("image/webp"),
                         .size = in->pdf ? in->upload->size : in->image.file[0].size,
                         .created_by = r->session.user_id};
    TRY(vault_seal_file(f, VAULT_REF("evidence", in->kind, registrant_id), fd, &e.blob));
    *ret_e = e;
    return OK;
}
