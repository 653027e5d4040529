/* gongqi import wordpress|ghost FILE …: cmd_intake.c. gongqi import account DIR --account HANDLE:
 * what `gongqi export account` wrote, see owndata/owndata.h. gongqi import markdown DIR --account
 * HANDLE: each *.md becomes a submission through the same gate as every other way in (A6.3). The
 * first lines may say "title: …", "category: …", "digest: …", what is declared by the names of
 * article/declaration.h ("origin: reprint", "ad: yes"), and "tags: a, b". */
#include "app/commands.h"
#include "app/import.h"
#include "app/services.h"
#include "article/console.h"
#include "article/declare.h"
#include "owndata/owndata.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILES = 10000 };

struct import {
    struct boot *b;
    arena *mem;
    struct import_owner by;
    struct article_rules rules;
    struct article_text text;
    struct declaration_rules declaring;
    struct article_outcome outcome;
    struct scan_result scan;
    struct print_result prints;
    str handle;
};

struct finding {
    arena *mem;
    str handle;
    struct import_owner o;
};

static err find_owner(struct tx *t, void *ctx)
{
    struct finding *f = ctx;
    struct member *members;
    size_t n;
    TRY(account_find(t, f->mem, f->handle, &f->o.account));
    TRY(member_list(t, f->mem, f->o.account.id, &members, &n));
    for (size_t k = 0; k < n; k++)
        if (members[k].role == MEMBER_OWNER)
            f->o.user_id = members[k].user_id;
    return f->o.user_id ? OK : fault(ERR_NOT_FOUND, "not_found", "the account has no owner");
}

err import_owner_find(struct boot *b, str handle, struct import_owner *ret_o)
{
    struct finding f = {.mem = b->mem, .handle = handle};
    TRY(db_read(b->site.db, find_owner, &f));
    *ret_o = f.o;
    return OK;
}

static err file_read(arena *mem, const char *path, str *ret_text)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size > DOC_MARKDOWN_MAX) {
        if (fd >= 0)
            close(fd);
        return fault(ERR_INVALID, "unreadable", "can't read, or over %d bytes", DOC_MARKDOWN_MAX);
    }
    char *p = arena_alloc(mem, (size_t)st.st_size + 1);
    ssize_t n = read(fd, p, (size_t)st.st_size);
    close(fd);
    str text = {p, n > 0 ? (size_t)n : 0};
    if (!str_valid(text))
        return fault(ERR_INVALID, "bad_utf8", "not UTF-8");
    *ret_text = text;
    return OK;
}

/* Takes the leading "key: value" lines off; what is not there keeps its default. */
static str front_matter(str text, struct article_text *x, struct declaration *d)
{
    const struct {
        str key;
        str *to;
    } KEYS[] = {
        {S("title:"), &x->title}, {S("category:"), &x->category}, {S("digest:"), &x->digest}};
    for (;;) {
        str rest;
        str line = str_split(text, '\n', &rest);
        str value = STR_NONE;
        str name = str_split(line, ':', &value);
        value = value.p ? str_trim(value) : value;
        if (str_eq(name, S("tags")) && str_starts(value, S("[")) && str_ends(value, S("]")))
            value = str_sub(value, 1, value.n - 2); /* as a list of YAML */
        bool taken =
            str_eq(str_trim(line), S("---")) || (value.p && declaration_put(d, name, value));
        for (size_t i = 0; i < LEN(KEYS); i++)
            if (str_starts(line, KEYS[i].key)) {
                *KEYS[i].to = str_trim(str_sub(line, KEYS[i].key.n, line.n));
                taken = true;
            }
        if (!taken || !rest.p)
            return text;
        text = rest;
    }
}

static err submit(struct tx *t, void *ctx)
{
    struct import *i = ctx;
    return article_submit(t, i->mem,
                          &(struct article_submission){.account_id = i->by.account.id,
                                                       .user_id = i->by.user_id,
                                                       .text = &i->text,
                                                       .rules = &i->rules,
                                                       .scan = &i->scan,
                                                       .prints = &i->prints},
                          &i->outcome);
}

static err import_file(struct import *i, const char *path, str name)
{
    struct article_text in = {
        .title = str_sub(name, 0, name.n - 3), .cover = S(""), .digest = S("")};
    str rest;
    str text;
    struct node *doc;
    in.category = str_split(i->by.account.categories, ',', &rest);
    TRY(file_read(i->mem, path, &text));
    struct declaration declared = {0};
    text = front_matter(text, &in, &declared);
    TRY(declaration_json(i->mem, &declared, &i->declaring, &in.declared));
    TRY(doc_from_markdown(i->mem, text, NULL, NULL, &doc));
    TRY(article_text_check(i->mem, &in, doc, &i->text));
    TRY(article_scan(&i->b->site, i->mem, i->by.account.id, &i->text, &i->scan));
    struct article_ref at = {i->by.account.id, 0};
    TRY(article_prints(&i->b->site, i->mem, &at, &i->text, true, &i->prints));
    return db_tx(i->b->site.db, submit, i);
}

static err import_dir(struct import *i, const char *path)
{
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort), failed = 0;
    if (n < 0 || n > MAX_FILES)
        return fault(ERR_INVALID, "unreadable", "can't list the folder");
    for (int k = 0; k < n; k++) {
        AUTO_ARENA(mem);
        str name = str_from(names[k]->d_name);
        i->mem = mem;
        if (str_ends(name, S(".md"))) {
            err e = import_file(i, str_fmt(mem, "%s/%.*s", path, FMT(name)).p, name);
            failed += e != OK;
            if (e == OK)
                (void)printf("%.*s\t%.*s\t/a/%.*s/%lld\n", FMT(name), FMT(i->outcome.state),
                             FMT(i->handle), (long long)i->outcome.no);
            else
                (void)printf("%.*s\trefused\t%s %s\n", FMT(name), fault_of(e).reason,
                             fault_of(e).text);
        }
        heap_free(names[k]);
    }
    heap_free(names);
    return failed ? fault(ERR_INVALID, "refused", "%d files", failed) : OK;
}

static void say(void *ctx, str what, str result, str why)
{
    (void)ctx;
    (void)printf("%.*s\t%.*s\t%.*s\n", FMT(what), FMT(result), FMT(why));
}

static err import_account(struct import *i, const char *path)
{
    struct import_counts n;
    struct account_in in = {.site = &i->b->site,
                            .account_id = i->by.account.id,
                            .user_id = i->by.user_id,
                            .dir = path,
                            .say = say};
    TRY(account_import(&in, i->b->mem, &n));
    (void)printf("%lld submitted, %lld drafts, %lld there already, %lld refused\n",
                 (long long)n.submitted, (long long)n.drafts, (long long)n.there,
                 (long long)n.refused);
    return n.refused ? fault(ERR_INVALID, "refused", "%lld files", (long long)n.refused) : OK;
}

static err import(struct import *i, bool markdown, const char *path)
{
    TRY(services_open(i->b, 0));
    article_rules_now(&i->b->site, i->b->mem, &i->rules);
    declaration_rules_now(&i->b->site, i->b->mem, &i->declaring);
    err e = import_owner_find(i->b, i->handle, &i->by);
    if (e == OK)
        e = markdown ? import_dir(i, path) : import_account(i, path);
    services_close(i->b);
    return e;
}

err cmd_import(int argc, char **argv)
{
    struct boot b;
    struct import i = {.b = &b};
    bool other = argc > 2 && (strcmp(argv[1], "wordpress") == 0 || strcmp(argv[1], "ghost") == 0);
    if (other)
        return cmd_intake(argc, argv);
    bool markdown = argc > 1 && str_eq(str_from(argv[1]), S("markdown"));
    bool account = argc > 1 && str_eq(str_from(argv[1]), S("account"));
    if (argc < 5 || (!markdown && !account) || !str_eq(str_from(argv[3]), S("--account")))
        return fault(ERR_INVALID, "usage",
                     "import markdown|account DIR | wordpress|ghost FILE, --account HANDLE");
    i.handle = str_from(argv[4]);
    TRY(boot_open(argc - 4, argv + 4, 0, &b));
    err e = import(&i, markdown, argv[2]);
    boot_close(&b);
    return e;
}
