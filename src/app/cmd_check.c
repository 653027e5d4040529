/* gongqi doctor: everything that can be looked at from outside, with what to do; gongqi check: what
 * an operator should know before a start or an upgrade. Both walk doctor.def. */
#include "app/commands.h"
#include "app/doctor.h"
#include "app/services.h"
#include "base/json.h"

#include <stdio.h>
#include <unistd.h>

enum { NOTHING, SCHEMA, SITE, JSON_MAX = 1 << 20 };

static const struct {
    const char *name;
    doctor_fn *fn;
    int needs;
    bool in_check;
} LOOKS[] = {
#define X(name, fn, needs, in_check) {name, fn, needs, in_check},
#include "app/doctor.def"
#undef X
};

void doctor_say(struct doctor *d, struct finding_of *f, enum doctor_level level, str detail,
                const char *advice)
{
    str to_do = str_from(advice);
    f->detail = f->detail.n ? str_fmt(d->mem, "%.*s; %.*s", FMT(f->detail), FMT(detail)) : detail;
    if (to_do.n)
        f->advice = f->advice.n ? str_fmt(d->mem, "%.*s; %.*s", FMT(f->advice), FMT(to_do)) : to_do;
    if (level > f->level)
        f->level = level;
}

static const char *const WORDS[] = {"ok", "warn", "BAD"};

static void show(const char *name, const struct finding_of *f)
{
    (void)printf("%-4s  %-10s  %.*s\n", WORDS[f->level], name, FMT(f->detail));
    if (f->advice.n)
        (void)printf("%18s-> %.*s\n", "", FMT(f->advice));
}

static void write_json(struct jw *j, const char *name, const struct finding_of *f)
{
    static const char *const STATES[] = {"ok", "warn", "bad"};
    jw_object(j);
    jw_key_str(j, "name", str_from(name));
    jw_key_str(j, "state", str_from(STATES[f->level]));
    jw_key_str(j, "detail", f->detail);
    jw_key_str(j, "advice", f->advice.n ? f->advice : STR_NONE);
    jw_end(j);
}

/* A look whose needs are not met says nothing: what is missing was said by another. */
static bool met(const struct doctor *d, int needs)
{
    return needs == NOTHING || (d->schema && (needs == SCHEMA || d->services));
}

/* After the look at the schema: what later ones need. No key is made by looking. */
static void open_more(struct doctor *d)
{
    const struct settings *s = &d->b->settings;
    bool key = access(str_z(d->mem, s->log_key_file), F_OK) == 0;
    if (!d->schema || d->tried)
        return;
    d->tried = true;
    if (key && log_open(d->b, &d->log) != OK)
        d->log_trouble = str_fmt(d->mem, "%s %s", fault_last()->reason, fault_last()->text);
    bool vault = s->vault_key_command.n || access(str_z(d->mem, s->vault_key_file), F_OK) == 0;
    d->services = vault && services_open(d->b, 0) == OK; /* no vault yet: nothing to look at */
}

static enum doctor_level walk(struct doctor *d, bool check, struct jw *j)
{
    enum doctor_level worst = DOCTOR_OK;
    for (size_t i = 0; i < LEN(LOOKS); i++) {
        struct finding_of f = {0};
        if ((check && !LOOKS[i].in_check) || !met(d, LOOKS[i].needs))
            continue;
        LOOKS[i].fn(d, &f);
        if (!check)
            open_more(d);
        if (j)
            write_json(j, LOOKS[i].name, &f);
        else
            show(LOOKS[i].name, &f);
        worst = f.level > worst ? f.level : worst;
    }
    return worst;
}

static enum doctor_level walk_json(struct doctor *d)
{
    struct jw j;
    jw_init(&j, d->mem, JSON_MAX);
    jw_object(&j);
    jw_key(&j, "checks");
    jw_array(&j);
    enum doctor_level worst = walk(d, false, &j);
    jw_end(&j);
    jw_key_str(&j, "state",
               str_from(worst == DOCTOR_OK     ? "ok"
                        : worst == DOCTOR_WARN ? "warn"
                                               : "bad"));
    jw_end(&j);
    (void)printf("%.*s\n", FMT(buf_str(&j.out)));
    return worst;
}

static void doctor_close(struct doctor *d)
{
    record_log_close(d->log);
    if (d->tried)
        services_close(d->b);
    boot_close(d->b);
}

err cmd_check(int argc, char **argv)
{
    struct boot b;
    TRY(boot_open(argc, argv, BOOT_ANY_SCHEMA, &b));
    struct doctor d = {.b = &b, .mem = b.mem};
    enum doctor_level worst = walk(&d, true, NULL);
    doctor_close(&d);
    return worst == DOCTOR_BAD ? fault(ERR_CONFLICT, "check_failed", "see the lines marked BAD")
                               : OK;
}

err cmd_doctor(int argc, char **argv)
{
    struct boot b;
    bool json = false;
    int kept = 1;
    for (int i = 1; i < argc; i++) {
        bool word = strcmp(argv[i], "--json") == 0;
        json |= word;
        if (!word)
            argv[kept++] = argv[i];
    }
    err e = boot_open(kept, argv, BOOT_ANY_SCHEMA, &b);
    if (e != OK) {
        struct fault why = fault_of(e);
        return fault(e, COMMAND_BAD, "%s %s", why.reason, why.text);
    }
    struct doctor d = {.b = &b, .mem = b.mem};
    enum doctor_level worst = json ? walk_json(&d) : walk(&d, false, NULL);
    doctor_close(&d);
    if (worst == DOCTOR_BAD)
        return fault(ERR_CONFLICT, COMMAND_BAD, "see what is marked BAD");
    return worst == DOCTOR_WARN ? fault(ERR_CONFLICT, "doctor_warns", "see what is marked warn")
                                : OK;
}
