/* gongqi import wordpress|ghost FILE --account HANDLE [--from URL] [--pictures fetch|none]
 * [--submit] [--report FILE]: see intake/intake.h. */
#include "account/account.h"
#include "app/boot.h"
#include "app/commands.h"
#include "app/import.h"
#include "app/services.h"
#include "intake/intake.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct intake_words {
    const char *file, *account, *from, *pictures, *report;
    bool submit;
};

/* Takes its own words out of argv; settings stay. */
static err words_read(int *argc, char **argv, struct intake_words *ret_w)
{
    struct intake_words w = {.file = argv[2], .from = "", .pictures = "fetch"};
    const struct {
        const char *name;
        const char **to;
    } WORDS[] = {{"--account", &w.account},
                 {"--from", &w.from},
                 {"--pictures", &w.pictures},
                 {"--report", &w.report}};
    int kept = 1;
    for (int i = 3; i < *argc; i++) {
        const char **to = NULL;
        for (size_t k = 0; k < LEN(WORDS); k++)
            if (strcmp(argv[i], WORDS[k].name) == 0)
                to = WORDS[k].to;
        if (strcmp(argv[i], "--submit") == 0)
            w.submit = true;
        else if (!to)
            argv[kept++] = argv[i];
        else if (++i < *argc)
            *to = argv[i];
        else
            return fault(ERR_INVALID, "usage", "%s of what?", argv[i - 1]);
    }
    bool pictures = strcmp(w.pictures, "fetch") == 0 || strcmp(w.pictures, "none") == 0;
    if (!w.account || !pictures)
        return fault(ERR_INVALID, "usage",
                     "import %s FILE --account HANDLE [--from URL] "
                     "[--pictures fetch|none] [--submit] [--report FILE]",
                     argv[1]);
    *argc = kept;
    *ret_w = w;
    return OK;
}

static void say(void *ctx, str what, str result, str where, str why)
{
    (void)fprintf((FILE *)ctx, "%.*s\t%.*s\t%.*s\t%.*s\n", FMT(what), FMT(result), FMT(where),
                  FMT(why));
}

static void progress(void *ctx, const char *step, int64_t done)
{
    (void)fflush((FILE *)ctx);
    (void)fprintf(stderr, "%s: %lld\n", step, (long long)done);
}

static void summary(const struct intake_counts *n)
{
    (void)printf("%lld drafts, %lld there already, %lld left out, %lld refused; %lld links lead "
                 "here; %lld pictures, %lld lost; %lld submitted, %lld kept as drafts\n",
                 (long long)n->drafts, (long long)n->there, (long long)n->left_out,
                 (long long)n->refused, (long long)n->relinked, (long long)n->pictures,
                 (long long)n->pictures_lost, (long long)n->submitted, (long long)n->kept);
}

static err run(struct boot *b, const struct intake_words *w, struct intake_in *in)
{
    struct import_owner owner;
    struct intake_counts n = {0};
    FILE *report = stdout;
    in->site = &b->site;
    in->fetch_allow = b->settings.fetch_allow;
    TRY(import_owner_find(b, str_from(w->account), &owner));
    in->account_id = owner.account.id;
    in->user_id = owner.user_id;
    in->handle = owner.account.handle;
    in->categories = owner.account.categories;
    if (w->report && !(report = fopen(w->report, "ae")))
        return fault(ERR_IO, "report", "can't write %s", w->report);
    in->ctx = report;
    err e = intake_run(in, &n);
    struct fault f = fault_of(e);
    if (w->report && fclose(report) != 0)
        e = e == OK ? fault(ERR_IO, "report", "can't write %s", w->report) : e;
    summary(&n);
    if (e != OK)
        fault_copy(&f);
    return e;
}

err cmd_intake(int argc, char **argv)
{
    struct boot b;
    struct intake_words w = {0};
    bool ghost = strcmp(argv[1], "ghost") == 0;
    TRY(words_read(&argc, argv, &w));
    int fd = open(w.file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault(ERR_INVALID, "unreadable", "can't read %s", w.file);
    struct intake_in in = {.kind = ghost ? INTAKE_GHOST : INTAKE_WORDPRESS,
                           .fd = fd,
                           .from = str_from(w.from),
                           .submit = w.submit,
                           .pictures = strcmp(w.pictures, "fetch") == 0,
                           .say = say,
                           .progress = progress};
    err e = boot_open(argc, argv, 0, &b);
    if (e == OK) {
        e = services_open(&b, 0);
        if (e == OK)
            e = run(&b, &w, &in);
        struct fault f = fault_of(e);
        services_close(&b);
        boot_close(&b);
        if (e != OK)
            fault_copy(&f);
    }
    close(fd);
    return e;
}
