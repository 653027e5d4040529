/* The message files: reading, checking and writing them as C. */
#include "tools/msgc/lib/catalog.h"

#include <stdlib.h>

static const char *const LANG_NAMES[CATALOG_LANGS] = {"zh", "en"};

void catalog_init(struct catalog *c, arena *mem)
{
    *c = (struct catalog){.mem = mem};
}

#define BAD(file, line, ...)                                                                       \
    fault(ERR_INVALID, "bad_messages", "%s:%d: %s", (file), (line),                                \
          str_z(c->mem, str_fmt(c->mem, __VA_ARGS__)))

static bool key_valid(str key)
{
    for (size_t i = 0; i < key.n; i++) {
        char k = key.p[i];
        if (!((k >= 'a' && k <= 'z') || (k >= '0' && k <= '9') || k == '_' || k == '.'))
            return false;
    }
    return key.n > 0 && key.n <= MESSAGE_KEY_MAX;
}

/* Bit i is set for {i}; -1 when a brace is something else. */
static int placeholders(str text)
{
    int set = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '}')
            return -1;
        if (text.p[i] != '{')
            continue;
        if (i + 2 >= text.n || text.p[i + 2] != '}' || text.p[i + 1] < '0' || text.p[i + 1] > '9')
            return -1;
        set |= 1 << (text.p[i + 1] - '0');
        i += 2;
    }
    return set;
}

static struct message *message_new(struct catalog *c)
{
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 256;
        struct message *all = NEW_N(c->mem, struct message, cap);
        if (c->n)
            memcpy(all, c->all, c->n * sizeof *all);
        c->all = all;
        c->cap = cap;
    }
    return &c->all[c->n++];
}

static err line_add(struct catalog *c, const char *file, int number, int lang, str line)
{
    if (line.n == 0 || line.p[0] == '#')
        return OK;
    str text;
    str key = str_trim(str_split(line, '=', &text));
    if (!text.p)
        return BAD(file, number, "expected `key = text`");
    text = str_trim(text);
    if (!key_valid(key))
        return BAD(file, number, "bad key '%.*s'", FMT(key));
    if (text.n == 0)
        return BAD(file, number, "%.*s has no text", FMT(key));
    if (placeholders(text) < 0)
        return BAD(file, number, "a brace that is no placeholder {0} to {9}");
    if (c->n >= CATALOG_MAX)
        return BAD(file, number, "too many messages");
    struct message *m = message_new(c);
    *m = (struct message){.key = key, .file = file, .line = number};
    m->text[lang] = text;
    return OK;
}

err catalog_add(struct catalog *c, const char *file, int lang, str text)
{
    int number = 0;
    for (str rest = text; rest.p && rest.n;)
        TRY(line_add(c, file, ++number, lang, str_trim(str_split(rest, '\n', &rest))));
    return OK;
}

/* As the C name: '.' and '_' are the same, so that two keys can't become one name unseen. */
static char name_char(char c)
{
    return c == '.' ? '_' : c;
}

static bool same_name(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (name_char(a.p[i]) != name_char(b.p[i]))
            return false;
    }
    return true;
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct message *)a)->key, ((const struct message *)b)->key);
}

static int by_name(const void *a, const void *b)
{
    str x = ((const struct message *)a)->key, y = ((const struct message *)b)->key;
    for (size_t i = 0; i < x.n && i < y.n; i++) {
        if (name_char(x.p[i]) != name_char(y.p[i]))
            return name_char(x.p[i]) - name_char(y.p[i]);
    }
    return (x.n > y.n) - (x.n < y.n);
}

static err join(struct catalog *c, struct message *into, const struct message *from)
{
    for (int lang = 0; lang < CATALOG_LANGS; lang++) {
        if (!from->text[lang].p)
            continue;
        if (into->text[lang].p)
            return BAD(from->file, from->line, "%.*s stands already in %s:%d", FMT(from->key),
                       into->file, into->line);
        into->text[lang] = from->text[lang];
    }
    return OK;
}

static err join_all(struct catalog *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (n && str_eq(c->all[n - 1].key, c->all[i].key))
            TRY(join(c, &c->all[n - 1], &c->all[i]));
        else
            c->all[n++] = c->all[i];
    }
    c->n = n;
    return OK;
}

static err names_check(struct catalog *c)
{
    if (c->n)
        qsort(c->all, c->n, sizeof *c->all, by_name);
    for (size_t i = 1; i < c->n; i++) {
        const struct message *m = &c->all[i];
        if (same_name(m[-1].key, m->key))
            return BAD(m->file, m->line, "%.*s and %.*s have the same C name", FMT(m->key),
                       FMT(m[-1].key));
    }
    return OK;
}

static err message_check(struct catalog *c, const struct message *m)
{
    for (int lang = 0; lang < CATALOG_LANGS; lang++) {
        if (!m->text[lang].p)
            return BAD(m->file, m->line, "%.*s is missing in %s", FMT(m->key), LANG_NAMES[lang]);
    }
    if (placeholders(m->text[0]) != placeholders(m->text[1]))
        return BAD(m->file, m->line, "%.*s has other placeholders in zh than in en", FMT(m->key));
    return OK;
}

err catalog_check(struct catalog *c)
{
    if (c->n)
        qsort(c->all, c->n, sizeof *c->all, by_key);
    TRY(join_all(c));
    TRY(names_check(c));
    if (c->n)
        qsort(c->all, c->n, sizeof *c->all, by_key);
    for (size_t i = 0; i < c->n; i++)
        TRY(message_check(c, &c->all[i]));
    return OK;
}

static void name_add(struct buf *out, str prefix, str key)
{
    buf_add(out, prefix);
    for (size_t i = 0; i < key.n; i++)
        buf_add_char(out, name_char(key.p[i]));
}

/* One more than the highest placeholder. */
static int arguments(str text)
{
    int n = 0;
    for (int set = placeholders(text); set; set >>= 1)
        n++;
    return n;
}

void catalog_header(const struct catalog *c, struct buf *out)
{
    buf_add(out, S("/* Generated by tools/msgc. */\n#pragma once\n#include \"base/str.h\"\n\n"
                   "enum msg {\n"));
    for (size_t i = 0; i < c->n; i++) {
        name_add(out, S("    MSG_"), c->all[i].key);
        buf_add(out, S(",\n"));
    }
    buf_add(out, S("    MSG_COUNT\n};\n\n/* how many arguments each has */\nenum {\n"));
    for (size_t i = 0; i < c->n; i++) {
        name_add(out, S("    MSGN_"), c->all[i].key);
        buf_fmt(out, " = %d,\n", arguments(c->all[i].text[0]));
    }
    buf_add(out, S("};\n\n"
                   "extern const str msg_keys[MSG_COUNT + 1]; /* sorted */\n"
                   "extern const str msg_texts[2][MSG_COUNT + 1];\n"));
}

/* One element of a table: the text as a C literal, with its length after escapes. */
static void literal_add(struct buf *out, str text)
{
    size_t n = 0;
    buf_add(out, S("    {\""));
    for (size_t i = 0; i < text.n; i++, n++) {
        char ch = text.p[i];
        if (ch == '\\' && i + 1 < text.n && text.p[i + 1] == 'n') {
            buf_add(out, S("\\n"));
            i++;
        } else if ((unsigned char)ch < ' ' || ch == '"' || ch == '\\' || ch == '?') {
            buf_fmt(out, "\\%03o", (unsigned)ch);
        } else {
            buf_add_char(out, ch);
        }
    }
    buf_fmt(out, "\", %zu},\n", n);
}

void catalog_tables(const struct catalog *c, struct buf *out)
{
    buf_add(out, S("/* Generated by tools/msgc. */\n#include \"messages.h\"\n\n"
                   "const str msg_keys[MSG_COUNT + 1] = {\n"));
    for (size_t i = 0; i < c->n; i++)
        literal_add(out, c->all[i].key);
    buf_add(out, S("    {0},\n};\n\nconst str msg_texts[2][MSG_COUNT + 1] = {\n"));
    for (int lang = 0; lang < CATALOG_LANGS; lang++) {
        buf_add(out, S("    {\n"));
        for (size_t i = 0; i < c->n; i++)
            literal_add(out, c->all[i].text[lang]);
        buf_add(out, S("    {0},\n    },\n"));
    }
    buf_add(out, S("};\n"));
}

/* name stands in text, and isn't the beginning of a longer name. */
static bool whole_name(str text, str name)
{
    for (str rest = text; rest.n >= name.n;) {
        const char *at = memmem(rest.p, rest.n, name.p, name.n);
        if (!at)
            return false;
        rest = str_sub(rest, (size_t)(at - rest.p) + name.n, rest.n);
        char next = rest.n ? rest.p[0] : ' ';
        if (!key_valid((str){&next, 1}))
            return true;
    }
    return false;
}

bool catalog_used(const struct catalog *c, size_t i, str sources)
{
    str key = c->all[i].key;
    struct buf name;
    buf_init(&name, c->mem, sizeof "MSG_" + MESSAGE_KEY_MAX);
    name_add(&name, S("MSG_"), key);
    if (whole_name(sources, buf_str(&name)) || whole_name(sources, str_cat(c->mem, S("@{"), key)) ||
        str_has(sources, str_fmt(c->mem, "\"%.*s\"", FMT(key))))
        return true;
    size_t dot = str_find(key, '.');
    return dot < key.n &&
           str_has(sources, str_fmt(c->mem, "\"%.*s\"", FMT(str_sub(key, 0, dot + 1))));
}
