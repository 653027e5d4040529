/* What a package is about: account, article, versions, media, and the sealed identity. */
#include "article/render.h"
#include "base/clock.h"
#include "base/hash.h"
#include "blob/blob.h"
#include "package/build.h"
#include "package_index.html.h"
#include "provision/provision.h"
#include "registrant/registrant.h"
#include "settings/settings.h"
#include "vault/vault.h"

enum { IDENTITY_MAX = 64 * 1024 };

struct part {
    struct build *b;
    arena *mem;
    struct jw j;
    struct provision out; /* what the recipient gets of the identity */
};

/* ---- the subject ---- */

static void account_part(struct jw *j, const struct account *a)
{
    jw_key(j, "account");
    jw_object(j);
    key_id(j, "id", a->id);
    jw_key_str(j, "handle", a->handle);
    jw_key_str(j, "name", a->name);
    jw_key_str(j, "intro", a->intro);
    jw_key_str(j, "class", a->class);
    jw_key_str(j, "state", a->state);
    jw_key_str(j, "reason", a->reason);
    jw_key_bool(j, "verified", a->verified);
    jw_key_str(j, "categories", a->categories);
    jw_key_int(j, "subscribers", a->subscribers);
    jw_key_int(j, "articles", a->articles);
    key_time(j, "created_at", a->created_at);
    key_time(j, "activated_at", a->activated_at);
    jw_end(j);
}

static err registrant_part(struct tx *t, struct part *x)
{
    struct registrant r;
    struct jw *j = &x->j;
    TRY(registrant_load(t, x->mem, x->b->account.registrant_id, &r));
    jw_key(j, "registrant");
    jw_object(j);
    key_id(j, "id", r.id);
    jw_key_str(j, "class", class_name(r.class));
    jw_key_str(j, "province", r.province);
    jw_key_str(j, "state", r.state);
    jw_key_str(j, "level", r.level);
    key_time(j, "valid_to", r.valid_to);
    jw_end(j);
    return OK;
}

static err members_part(struct tx *t, struct part *x)
{
    struct member *v;
    size_t n;
    struct jw *j = &x->j;
    TRY(member_list(t, x->mem, x->b->account.id, &v, &n));
    jw_key(j, "members");
    jw_array(j);
    for (size_t i = 0; i < n; i++) {
        jw_object(j);
        key_id(j, "user", v[i].user_id);
        jw_key_str(j, "role", member_role_name(v[i].role));
        jw_key_bool(j, "responsible", v[i].responsible);
        key_time(j, "added_at", v[i].added_at);
        jw_end(j);
    }
    jw_end(j);
    return OK;
}

static void article_part(struct part *x)
{
    const struct article *a = &x->b->article;
    struct jw *j = &x->j;
    str site = x->b->run->site->settings->public_url;
    jw_key(j, "article");
    jw_object(j);
    jw_key_int(j, "no", a->no);
    jw_key_str(j, "address",
               str_fmt(x->mem, "%.*s/a/%.*s/%lld", FMT(site), FMT(a->handle), (long long)a->no));
    jw_key_str(j, "title", a->title);
    jw_key_str(j, "kind", a->kind);
    jw_key_str(j, "category", a->category);
    jw_key_str(j, "state", a->state);
    jw_key_str(j, "reason", a->reason);
    jw_key_int(j, "public_version", a->version);
    jw_key_int(j, "versions", a->versions);
    jw_key_int(j, "reads", a->reads);
    jw_key_bool(j, "limited", a->limited);
    jw_key_str(j, "label", a->label);
    key_id(j, "author", a->author_id);
    key_time(j, "created_at", a->created_at);
    key_time(j, "published_at", a->published_at);
    jw_end(j);
}

static void events_part(struct part *x)
{
    const struct build *b = x->b;
    struct jw *j = &x->j;
    jw_key(j, "events");
    jw_array(j);
    for (size_t i = b->event_n; i-- > 0;) {
        const struct article_event *e = &b->events[i];
        jw_object(j);
        key_time(j, "at", e->at);
        jw_key_str(j, "event", e->event);
        jw_key_int(j, "version", e->version);
        key_id(j, "by", e->actor);
        jw_key_str(j, "reason", e->reason);
        jw_end(j);
    }
    jw_end(j);
}

static err subject_tx(struct tx *t, void *ctx)
{
    struct part *x = ctx;
    struct build *b = x->b;
    jw_init(&x->j, x->mem, PACKAGE_JSON_MAX);
    jw_object(&x->j);
    account_part(&x->j, &b->account);
    TRY(registrant_part(t, x));
    TRY(members_part(t, x));
    if (b->p.no) {
        TRY(article_events(t, b->mem, b->p.account_id, b->p.no, &b->events, &b->event_n));
        article_part(x);
        events_part(x);
    }
    jw_end(&x->j);
    return OK;
}

err content_subject(struct build *b)
{
    AUTO_ARENA(mem);
    struct part x = {.b = b, .mem = mem};
    str json;
    TRY(db_read(b->run->site->db, subject_tx, &x));
    TRY(buf_take(&x.j.out, &json));
    TRY(build_text(b, S("subject.json"), "application/json", json));
    return build_part(b);
}

/* ---- versions ---- */

struct version_part {
    struct build *b;
    arena *mem;
    int version;
    struct article_version v;
    bool found, was_public;
};

static err version_tx(struct tx *t, void *ctx)
{
    struct version_part *x = ctx;
    const struct package *p = &x->b->p;
    int before = 0;
    err e = article_version_load(t, x->mem, p->account_id, p->no, x->version, &x->v);
    x->found = e == OK;
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    e = article_was_public(t, p->account_id, p->no, x->version, &before);
    x->was_public = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err version_json(const struct version_part *x, str at, str *ret_json)
{
    const struct article_version *v = &x->v;
    struct jw j;
    jw_init(&j, x->mem, PACKAGE_JSON_MAX);
    jw_object(&j);
    jw_key_int(&j, "version", v->version);
    jw_key_bool(&j, "was_public", x->was_public);
    key_id(&j, "author", v->author_id);
    key_time(&j, "created_at", v->created_at);
    jw_key_str(&j, "sha256", hex(x->mem, v->hash));
    jw_key_str(&j, "title", v->text.title);
    jw_key_str(&j, "digest", v->text.digest);
    jw_key_str(&j, "cover", v->text.cover);
    jw_key_str(&j, "category", v->text.category);
    jw_key_str(&j, "declared", v->text.declared.p ? v->text.declared : S(""));
    jw_key_str(&j, "document", str_cat(x->mem, at, S(".doc.json")));
    jw_key_str(&j, "page", str_cat(x->mem, at, S(".html")));
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}

static err version_html(const struct version_part *x, str *ret_page)
{
    struct out o;
    html body;
    TRY(article_render_apart(x->mem, &x->v, S("../media/"), &body));
    out_init(&o, x->mem, LANG_ZH);
    struct version_page_view v = {&x->v, body};
    view_package_version(&o, &v);
    return out_finish(&o, ret_page);
}

static void media_add(struct build *b, str hash)
{
    if (!hash.n)
        return;
    for (size_t i = 0; i < b->media_n; i++)
        if (str_eq(b->media[i], hash))
            return;
    if (b->media_n == b->media_cap) {
        size_t cap = b->media_cap ? 2 * b->media_cap : 64;
        str *v = NEW_N(b->mem, str, cap);
        if (b->media_n)
            memcpy(v, b->media, b->media_n * sizeof *v);
        b->media = v;
        b->media_cap = cap;
    }
    b->media[b->media_n++] = str_dup(b->mem, hash);
}

static err media_of(struct version_part *x)
{
    struct node *doc;
    size_t n = 0;
    TRY(doc_from_json(x->mem, x->v.text.doc, &doc));
    const struct doc_media *m = doc_pictures(x->mem, doc, &n);
    media_add(x->b, x->v.text.cover);
    for (size_t i = 0; i < n; i++)
        media_add(x->b, m[i].blob);
    return OK;
}

static err version(struct build *b, int no)
{
    AUTO_ARENA(mem);
    struct version_part x = {.b = b, .mem = mem, .version = no};
    str at = str_fmt(mem, "versions/%d", no), json, page;
    TRY(db_read(b->run->site->db, version_tx, &x));
    if (!x.found) {
        build_lost(b, str_cat(mem, at, S(".json")), "vanished");
        return OK;
    }
    TRY(version_json(&x, at, &json));
    TRY(build_text(b, str_cat(mem, at, S(".json")), "application/json", json));
    TRY(build_text(b, str_cat(mem, at, S(".doc.json")), "application/json", x.v.text.doc));
    TRY(version_html(&x, &page));
    TRY(build_text(b, str_cat(mem, at, S(".html")), "text/html; charset=utf-8", page));
    return media_of(&x);
}

err content_versions(struct build *b)
{
    for (int v = 1; v <= b->article.versions; v++) {
        TRY(version(b, v));
        TRY(build_part(b));
    }
    media_add(b, b->account.avatar);
    b->p.parts += (int64_t)b->media_n;
    return OK;
}

/* ---- media ---- */

struct media_part {
    arena *mem;
    str hash;
    struct package_media m;
    bool found;
};

static err media_tx(struct tx *t, void *ctx)
{
    struct media_part *x = ctx;
    err e = store_package_media(t, x->mem, x->hash, &x->m);
    x->found = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* What is not there, or is not what it was, is named; the package is made all the same. */
static err media_file(struct build *b, str hash)
{
    AUTO_ARENA(mem);
    AUTO_FD fd = -1;
    struct media_part x = {.mem = mem, .hash = hash};
    int64_t size = 0;
    str path = str_cat(mem, S("media/"), hash), packed;
    TRY(db_read(b->run->site->db, media_tx, &x));
    err e = x.found ? blob_open(b->run->site->blobs, x.m.blob, &fd, &size) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND) {
        build_lost(b, path, "vanished");
        return OK;
    }
    TRY(e);
    const char *type = str_z(b->mem, x.m.mime);
    TRY(build_fd(b, path, type, fd, &packed));
    if (!str_eq(packed, x.m.blob))
        build_lost(b, path, "changed");
    return OK;
}

err content_media(struct build *b)
{
    for (size_t i = 0; i < b->media_n; i++) {
        TRY(media_file(b, b->media[i]));
        TRY(build_part(b));
    }
    return OK;
}

/* ---- the identity, sealed to the recipient ---- */

static err field_read(struct tx *t, struct part *x, enum identity_field f)
{
    struct build *b = x->b;
    struct vault_item item;
    struct vault_reader who = {.user_id = b->p.asked_by, .reason = b->p.identity_reason};
    str plain;
    err e = identity_item(t, x->mem, b->account.registrant_id, f, &item);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    TRY(vault_open_text(VAULT_CTX(b->run->site->vault, t, x->mem), item.ref, item.sealed, &plain));
    TRY(vault_note_full(t, item.ref, who, b->p.second_by));
    jw_key_str(&x->j, identity_field_name(f), plain);
    return OK;
}

/* Its owner sees each field in the list of who looked, with the reason. */
static err identity_tx(struct tx *t, void *ctx)
{
    struct part *x = ctx;
    jw_init(&x->j, x->mem, IDENTITY_MAX);
    jw_object(&x->j);
    key_id(&x->j, "package", x->b->p.id);
    key_id(&x->j, "registrant", x->b->account.registrant_id);
    for (int f = 0; f < IDENTITY_FIELDS; f++)
        TRY(field_read(t, x, (enum identity_field)f));
    jw_end(&x->j);
    return OK;
}

static str identity_fields(arena *mem)
{
    str out = S("");
    for (int f = 0; f < IDENTITY_FIELDS; f++)
        out = str_fmt(mem, "%.*s%s%s", FMT(out), f ? "," : "",
                      identity_field_name((enum identity_field)f));
    return out;
}

/* In the register of provisions like any other (A9.2). */
static err provision_tx(struct tx *t, void *ctx)
{
    struct part *x = ctx;
    return provision_note(t, x->mem, &x->out, x->b->account.id);
}

err content_identity(struct build *b)
{
    AUTO_ARENA(mem);
    struct part x = {.b = b, .mem = mem};
    struct bytes key, sealed;
    str plain;
    if (!b->p.recipient.n)
        return OK;
    ASSERT(b->p.second_by && b->p.second_by != b->p.asked_by);
    TRY(package_key_parse(mem, b->p.recipient, &key));
    TRY(db_tx(b->run->site->db, identity_tx, &x));
    TRY(buf_take(&x.j.out, &plain));
    TRY(package_seal(mem, key, plain, &sealed));
    struct sha256 hash = sha256(sealed);
    x.out = (struct provision){.recipient = b->p.recipient,
                               .contact = S(""),
                               .reference = b->p.number,
                               .purpose = b->p.identity_reason,
                               .fields = identity_fields(mem),
                               .asked_by = b->p.asked_by,
                               .second_by = b->p.second_by,
                               .hash = {(const uint8_t *)&hash, sizeof hash},
                               .size = (int64_t)sealed.n};
    TRY(db_tx(b->run->site->db, provision_tx, &x));
    return build_text(b, S("identity.sealed"), "application/octet-stream", bytes_str(sealed));
}
