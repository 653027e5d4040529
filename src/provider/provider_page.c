/* The provider's profile and rules, and who holds its posts. */
#include "provider/provider_view.h"
#include "provider_posts.html.h"
#include "provider_settings.html.h"
#include "settings/provider.h"
#include "text/idcode.h"
#include "user/user.h"

enum { HISTORY_MAX = 50, STAFF_MAX = 200, PROFILE_LAST = PROVIDER_site_name };

struct providing {
    struct request *r;
    struct provider_settings now;
    str value[PROVIDER_COUNT]; /* to be in force */
    str error[PROVIDER_COUNT], form_error, reason;
    struct provider_version *history;
    bool bad;
};

static str reason_text(const struct request *r, const char *reason)
{
    return msg_lookup(r->lang, "reason.", reason, MSG_reason_invalid);
}

static str key_z(struct request *r, const char *prefix, const char *name)
{
    str key = str_fmt(r->mem, "%s%s", prefix, name);
    enum msg m;
    return msg_find(key, &m) ? msg(r->lang, m) : str_from(name);
}

/* Message choice.provider.<setting>_<value>, a plus sign written "plus". */
static str choice_label(struct request *r, const char *setting, str value)
{
    bool plus = value.n && value.p[value.n - 1] == '+';
    str word = str_sub(value, 0, value.n - plus);
    return key_z(
        r, "choice.provider.",
        str_z(r->mem, str_fmt(r->mem, "%s_%.*s%s", setting, FMT(word), plus ? "plus" : "")));
}

static const struct form_option *options_of(struct request *r, const struct setting_spec *s,
                                            size_t *ret_n)
{
    struct form_option *v = NEW_N(r->mem, struct form_option, 8);
    size_t n = 0;
    for (str rest = str_from(s->unit); rest.p && n < 8;) {
        str one = str_split(rest, '|', &rest);
        v[n++] = (struct form_option){.value = one, .text = choice_label(r, s->name, one)};
    }
    *ret_n = n;
    return v;
}

static str province_name(struct request *r, const char *code)
{
    return msg_lookup(r->lang, "province.", code, MSG_word_none);
}

static const struct form_option *provinces(struct request *r, size_t *ret_n)
{
    struct form_option *v = NEW_N(r->mem, struct form_option, PROVINCE_COUNT + 1);
    v[0] = (struct form_option){.value = S(""), .text = msg(r->lang, MSG_part_choose)};
    for (size_t i = 0; i < PROVINCE_COUNT; i++)
        v[i + 1] = (struct form_option){.value = str_from(PROVINCES[i].code),
                                        .text = province_name(r, PROVINCES[i].code)};
    *ret_n = PROVINCE_COUNT + 1;
    return v;
}

/* A value as people read it in the history. */
static str value_text(struct request *r, str name, str value)
{
    if (str_eq(name, S("province")) && province_known(value))
        return province_name(r, str_z(r->mem, value));
    for (size_t i = 0; i < PROVIDER_COUNT; i++)
        if (PROVIDER_SETTINGS[i].type == SETTING_CHOICE &&
            str_eq(name, str_from(PROVIDER_SETTINGS[i].name)))
            return choice_label(r, PROVIDER_SETTINGS[i].name, value);
    return value;
}

static struct setting_field field_of(struct providing *p, size_t i)
{
    const struct setting_spec *s = &PROVIDER_SETTINGS[i];
    struct setting_field f = {.name = str_from(s->name),
                              .label = key_z(p->r, "label.provider.", s->name),
                              .help = key_z(p->r, "help.provider.", s->name),
                              .value = p->value[i],
                              .error = p->error[i],
                              .number = s->type == SETTING_INT,
                              .check = s->type == SETTING_BOOL};
    if (s->type == SETTING_CHOICE)
        f.options = options_of(p->r, s, &f.option_n);
    if (i == PROVIDER_province)
        f.options = provinces(p->r, &f.option_n);
    return f;
}

static err history_load(struct tx *t, void *ctx)
{
    struct providing *p = ctx;
    return provider_history(t, p->r->mem, STR_NONE, HISTORY_MAX, &p->history);
}

static err names_load(struct tx *t, void *ctx)
{
    struct providing *p = ((void **)ctx)[0];
    struct event *e = ((void **)ctx)[1];
    for (size_t i = 0; p->history[i].name.p; i++) {
        struct user u = {.name = S("gongqi")};
        err found = p->history[i].set_by ? user_load(t, p->r->mem, p->history[i].set_by, &u) : OK;
        if (found != OK && found != ERR_NOT_FOUND)
            return found;
        e[i].who = u.name;
    }
    return OK;
}

static err provider_show(struct providing *p, int status)
{
    struct request *r = p->r;
    struct setting_field all[PROVIDER_COUNT];
    struct event e[HISTORY_MAX] = {0};
    size_t n = 0;
    for (size_t i = 0; i < PROVIDER_COUNT; i++)
        all[i] = field_of(p, i);
    TRY(request_read(r, history_load, p));
    for (; p->history[n].name.p; n++) {
        struct provider_version *h = &p->history[n];
        str label = key_z(r, "label.provider.", str_z(r->mem, h->name));
        e[n] = (struct event){.at_ms = h->set_at,
                              .title = str_fmt(r->mem, "%.*s: %.*s", FMT(label),
                                               FMT(value_text(r, h->name, h->value))),
                              .text = h->reason};
    }
    TRY(request_read(r, names_load, (void *[]){p, e}));
    struct provider_view v = {.csrf = r->session.csrf,
                              .error = p->form_error,
                              .reason = p->reason,
                              .profile = all,
                              .profile_n = PROFILE_LAST + 1,
                              .rules = all + PROFILE_LAST + 1,
                              .rules_n = PROVIDER_COUNT - PROFILE_LAST - 1,
                              .history = {e, n}};
    return REPLY_PAGE_STATUS(r, status, (&(struct page){.place = PLACE_DESK}),
                             view_provider_settings, &v);
}

static void provider_begin(struct request *r, struct providing *ret_p)
{
    *ret_p = (struct providing){.r = r, .form_error = S(""), .reason = S("")};
    provider_live_get(r->site->provider, r->mem, &ret_p->now);
    for (size_t i = 0; i < PROVIDER_COUNT; i++) {
        ret_p->value[i] = provider_value(r->mem, &ret_p->now, (enum provider_id)i);
        ret_p->error[i] = S("");
    }
}

err page_provider(struct request *r)
{
    struct providing p;
    provider_begin(r, &p);
    return provider_show(&p, 200);
}

static void refuse(struct providing *p, size_t i, const char *reason)
{
    p->error[i] = reason_text(p->r, reason);
    p->bad = true;
}

static void check(struct providing *p)
{
    for (size_t i = 0; i < PROVIDER_COUNT; i++) {
        const struct setting_spec *s = &PROVIDER_SETTINGS[i];
        str sent = request_field(p->r, s->name);
        union setting_value value;
        if (s->type == SETTING_BOOL)
            sent = sent.n ? S("on") : S("off");
        p->value[i] = sent.p ? str_trim(sent) : p->value[i];
        if (setting_parse(s, p->value[i], &value) != OK)
            refuse(p, i, fault_last()->reason);
    }
    struct uscc code;
    if (p->value[PROVIDER_uscc].n) {
        if (uscc_check(p->r->mem, p->value[PROVIDER_uscc], &code) == OK)
            p->value[PROVIDER_uscc] = code.code;
        else
            refuse(p, PROVIDER_uscc, fault_last()->reason);
    }
    if (p->value[PROVIDER_province].n && !province_known(p->value[PROVIDER_province]))
        refuse(p, PROVIDER_province, "bad_choice");
    str reason = request_field(p->r, "reason");
    p->reason = reason.p ? str_trim(reason) : S("");
    if (!p->reason.n) {
        p->form_error = reason_text(p->r, "reason_required");
        p->bad = true;
    }
}

static err save(struct tx *t, void *ctx)
{
    struct providing *p = ctx;
    for (size_t i = 0; i < PROVIDER_COUNT; i++) {
        if (str_eq(p->value[i], provider_value(p->r->mem, &p->now, (enum provider_id)i)))
            continue;
        TRY(provider_setting_set(
            t, &(struct provider_change){.name = str_from(PROVIDER_SETTINGS[i].name),
                                         .value = p->value[i],
                                         .reason = p->reason,
                                         .set_by = p->r->session.user_id}));
    }
    return page_touch(t, S("*"));
}

err do_provider(struct request *r)
{
    struct providing p;
    provider_begin(r, &p);
    check(&p);
    if (p.bad)
        return provider_show(&p, 422);
    TRY(request_tx(r, save, &p));
    TRY(provider_live_refresh(r->site->provider));
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, S("/desk/provider"));
}

/* ---- posts ---- */

static const struct form_field POST_FIELDS[] = {
    {.name = "post", .kind = FIELD_SELECT, .label = MSG_post_post, .required = true},
    {.name = "user",
     .kind = FIELD_SELECT,
     .label = MSG_post_person,
     .help = MSG_post_person_help,
     .required = true},
    {.name = "letter",
     .kind = FIELD_TEXT,
     .label = MSG_post_letter,
     .help = MSG_post_letter_help,
     .required = true,
     .max = 100},
    {.name = "contact",
     .kind = FIELD_TEXT,
     .label = MSG_post_contact,
     .help = MSG_post_contact_help,
     .max = 100},
    {.name = "from", .kind = FIELD_DATE, .label = MSG_post_from, .required = true},
    {.name = "until", .kind = FIELD_DATE, .label = MSG_post_until, .help = MSG_post_until_help},
    {.name = "deputy",
     .kind = FIELD_CHECKBOX,
     .label = MSG_post_deputy,
     .help = MSG_post_deputy_help},
};

struct posting {
    struct request *r;
    struct form form;
    struct posts_view v;
    struct form_option *staff, *posts;
    size_t staff_n;
    struct post post;
};

static str post_label(enum lang lang, str post)
{
    for (size_t i = 0; i < POST_COUNT; i++)
        if (str_eq(post, POSTS[i].name))
            return msg_lookup(lang, "post.name.", POSTS[i].name.p, MSG_word_none);
    return post;
}

static struct confirm_view end_of(struct request *r, const struct post *p)
{
    long long id = (long long)p->id;
    str args[] = {p->user_name, post_label(r->lang, p->post)};
    return (struct confirm_view){
        .id = str_fmt(r->mem, "end-%lld", id),
        .button = msg(r->lang, MSG_post_end),
        .title = msg_format(r->mem, r->lang, MSG_post_end_title, args, LEN(args)),
        .text = msg(r->lang, MSG_post_end_text),
        .action = str_fmt(r->mem, "/desk/posts/%.*s/%lld/end", FMT(p->post), id),
        .csrf = r->session.csrf,
        .danger = true};
}

static err posts_load(struct tx *t, void *ctx)
{
    struct posting *p = ctx;
    arena *mem = p->r->mem;
    struct user *users = NULL;
    struct post *all = NULL;
    TRY(post_list(t, mem, S(""), &all, &p->v.n));
    TRY(user_staff_list(t, mem, &users, &p->staff_n));
    struct post_line *lines = NEW_N(mem, struct post_line, p->v.n);
    for (size_t i = 0; i < p->v.n; i++)
        lines[i] = (struct post_line){.p = all[i],
                                      .label = post_label(p->r->lang, all[i].post),
                                      .current = post_current(&all[i], p->r->now),
                                      .coming = all[i].from_at > p->r->now && !all[i].ended_at,
                                      .end = end_of(p->r, &all[i])};
    p->v.v = lines;
    p->staff = NEW_N(mem, struct form_option, p->staff_n);
    for (size_t i = 0; i < p->staff_n; i++)
        p->staff[i] = (struct form_option){.value = str_fmt(mem, "%lld", (long long)users[i].id),
                                           .text = users[i].name};
    p->posts = NEW_N(mem, struct form_option, POST_COUNT);
    struct post_tile *tiles = NEW_N(mem, struct post_tile, POST_COUNT);
    for (size_t i = 0; i < POST_COUNT; i++) {
        str label = post_label(p->r->lang, POSTS[i].name);
        p->posts[i] = (struct form_option){.value = POSTS[i].name, .text = label};
        tiles[i].label = label;
        TRY(post_filled(t, POSTS[i].name, &tiles[i].filled));
    }
    p->v.tiles = tiles;
    return OK;
}

static err posts_show(struct posting *p, int status)
{
    p->form.submit = MSG_post_appoint;
    form_options(&p->form, "user", p->staff, p->staff_n);
    form_options(&p->form, "post", p->posts, POST_COUNT);
    p->v.form = &p->form;
    return REPLY_PAGE_STATUS(p->r, status, (&(struct page){.place = PLACE_DESK}),
                             view_provider_posts, &p->v);
}

err page_posts(struct request *r)
{
    struct posting p = {.r = r};
    TRY(request_read(r, posts_load, &p));
    form_init(r, POST_FIELDS, LEN(POST_FIELDS), &p.form);
    form_set(&p.form, "post", POST_EDITOR_IN_CHIEF);
    form_set(&p.form, "from", date_text(r->mem, clock_china(r->now).date));
    return posts_show(&p, 200);
}

static err appoint(struct tx *t, void *ctx)
{
    struct posting *p = ctx;
    TRY(post_appoint(t, &p->post, p->r->session.user_id));
    return page_touch(t, S("*"));
}

static err post_read(struct posting *p)
{
    struct date from, until;
    p->post = (struct post){.post = form_get(&p->form, "post"),
                            .user_id = form_int(&p->form, "user"),
                            .letter = form_get(&p->form, "letter"),
                            .contact = form_get(&p->form, "contact"),
                            .deputy = form_on(&p->form, "deputy")};
    TRY(date_parse(form_get(&p->form, "from"), &from));
    p->post.from_at = date_china_ms(from);
    if (!form_get(&p->form, "until").n)
        return OK;
    TRY(date_parse(form_get(&p->form, "until"), &until));
    p->post.until_at = date_china_ms(until) + DAY_MS; /* that day included */
    if (p->post.until_at <= p->post.from_at)
        return fault_field(ERR_INVALID, "post_dates", "until", "ends before it begins");
    return OK;
}

/* Choices come from the database, so that the table leaves the person's field open. */
err do_posts(struct request *r)
{
    struct posting p = {.r = r};
    struct form_field fields[LEN(POST_FIELDS)];
    memcpy(fields, POST_FIELDS, sizeof fields);
    TRY(request_read(r, posts_load, &p));
    fields[0].options = p.posts;
    fields[0].option_n = POST_COUNT;
    fields[1].options = p.staff;
    fields[1].option_n = p.staff_n;
    err e = form_read(r, fields, LEN(fields), &p.form);
    if (e == OK) {
        e = post_read(&p);
        if (e == OK)
            e = request_tx(r, appoint, &p);
        if (e != OK && !form_take_fault(&p.form, e))
            return e;
    }
    if (e != OK)
        return posts_show(&p, 422);
    reply_flash(r, MSG_post_appointed);
    return reply_redirect(r, S("/desk/posts"));
}

static err end(struct tx *t, void *ctx)
{
    struct posting *p = ctx;
    TRY(post_end(t, p->post.post, p->post.id, p->r->session.user_id));
    return page_touch(t, S("*"));
}

err do_post_end(struct request *r)
{
    struct posting p = {.r = r, .post = {.post = request_arg(r, "post")}};
    TRY(request_arg_int(r, "id", &p.post.id));
    TRY(request_tx(r, end, &p));
    reply_flash(r, MSG_post_ended);
    return reply_redirect(r, S("/desk/posts"));
}
