/* The template compiler: lines in, calls of web/out.h out. */
#include "tools/tmplc/lib/template.h"

#include "base/buf.h"
#include "tools/tmplc/lib/html.h"
#include "tools/tmplc/lib/lex.h"

enum { BLOCK_MAX = 64, OUTPUT_MAX = 16 * 1024 * 1024, SIGNATURE_MAX = 2000, ARGS_MAX = 10 };

struct compiler {
    arena *mem;
    const struct template *t;
    struct buf code, header;
    int line;
    struct html_walk html;
    bool in_comment; /* HTML */

    struct buf text;  /* markup that waits for out_raw */
    char space;       /* white space that waits: 0, ' ' or '\n' */
    bool after_space; /* the markup ends with white space, or nothing was written yet */
    int code_line;    /* the line that the C compiler believes to be next */

    struct html_walk blocks[BLOCK_MAX]; /* the HTML state at each open '{' */
    int depth;
    int brackets;         /* open ( and [ */
    bool in_c_comment;    /* a block comment goes on */
    struct buf signature; /* C at depth 0 since the last ';' or '}' */
    char c_last;          /* last significant byte of C */
};

static err refuse(const struct compiler *c, const char *what)
{
    return fault(ERR_INVALID, "bad_template", "%s:%d: error: %s", c->t->path, c->line, what);
}

#define CHECK(c, call)                                                                             \
    do {                                                                                           \
        const char *wrong_ = (call);                                                               \
        if (wrong_)                                                                                \
            return refuse((c), wrong_);                                                            \
    } while (0)

/* --- writing C ------------------------------------------------------------------------------ */

static void literal_add(struct buf *b, str s)
{
    buf_add_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (ch == '\n')
            buf_add(b, S("\\n"));
        else if ((unsigned char)ch < ' ' || ch == '"' || ch == '\\' || ch == '?')
            buf_fmt(b, "\\%03o", (unsigned)ch);
        else
            buf_add_char(b, ch);
    }
    buf_add_char(b, '"');
}

static void raw_add(struct compiler *c, str markup)
{
    buf_add(&c->code, S("out_raw(o, S("));
    literal_add(&c->code, markup);
    buf_add(&c->code, S("));\n"));
    c->code_line++;
}

static void space_flush(struct compiler *c)
{
    if (c->space && !c->after_space)
        buf_add_char(&c->text, c->space);
    c->after_space |= c->space != 0;
    c->space = 0;
}

static void text_flush(struct compiler *c)
{
    if (c->text.n)
        raw_add(c, buf_str(&c->text));
    c->text.n = 0;
}

/* Tells the C compiler which line of the template comes next. */
static void line_mark(struct compiler *c)
{
    if (c->code_line == c->line)
        return;
    buf_fmt(&c->code, "#line %d ", c->line);
    literal_add(&c->code, str_from(c->t->path));
    buf_add_char(&c->code, '\n');
    c->code_line = c->line;
}

static void code_add(struct compiler *c, str code)
{
    line_mark(c);
    buf_add(&c->code, code);
    buf_add_char(&c->code, '\n');
    c->code_line++;
}

/* --- lines of C ------------------------------------------------------------------------------ */

/* At the '{' of a block at depth 0: a function that others may call gets a prototype. */
static void signature_take(struct compiler *c)
{
    str s = str_trim(buf_str(&c->signature));
    if (str_has(s, S("(")) && !str_has(s, S("=")) && !str_starts(s, S("static "))) {
        buf_add(&c->header, s);
        buf_add(&c->header, S(";\n"));
    }
    c->signature.n = 0;
}

static err block_open(struct compiler *c)
{
    if (c->depth == BLOCK_MAX)
        return refuse(c, "blocks nested too deeply");
    if (c->depth == 0)
        signature_take(c);
    c->blocks[c->depth++] = c->html;
    return OK;
}

static err block_close(struct compiler *c)
{
    if (c->depth == 0)
        return refuse(c, "'}' without '{'");
    if (!html_same(&c->blocks[--c->depth], &c->html))
        return refuse(c, "the block ends in another place of the HTML than it began in "
                         "(pre, textarea, title)");
    c->signature.n = 0;
    return OK;
}

static err c_byte(struct compiler *c, char ch)
{
    if (c->depth == 0 && ch != '{' && ch != '}') {
        buf_add_char(&c->signature, ch);
        if (ch == ';')
            c->signature.n = 0;
    }
    if (!html_space(ch))
        c->c_last = ch;
    if (ch == '{')
        return block_open(c);
    if (ch == '}')
        return block_close(c);
    c->brackets += (ch == '(' || ch == '[') - (ch == ')' || ch == ']');
    return c->brackets < 0 ? refuse(c, "brackets don't match") : OK;
}

/* Length of what stands at the front of s, as far as it may hide brackets. */
static err c_piece(struct compiler *c, str s, size_t *ret_n)
{
    *ret_n = lex_comment(s, &c->in_c_comment);
    if (*ret_n)
        return OK;
    *ret_n = 1;
    if (s.p[0] != '"' && s.p[0] != '\'')
        return c_byte(c, s.p[0]);
    CHECK(c, lex_literal(s, ret_n));
    c->c_last = '"';
    return OK;
}

static size_t comment_rest(struct compiler *c, str s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] == '*' && s.p[i + 1] == '/') {
            c->in_c_comment = false;
            return i + 2;
        }
    }
    return s.n;
}

static err c_scan(struct compiler *c, str s)
{
    size_t n = c->in_c_comment ? comment_rest(c, s) : 0;
    for (size_t i = n; i < s.n; i += n)
        TRY(c_piece(c, str_sub(s, i, s.n), &n));
    if (c->depth == 0)
        buf_add_char(&c->signature, ' ');
    return c->signature.full ? refuse(c, "a declaration is too long") : OK;
}

static err c_line(struct compiler *c, str line)
{
    if (c->html.state != HTML_TEXT || c->in_comment)
        return refuse(c, "a line of C inside a tag or comment");
    enum html_place place;
    CHECK(c, html_place(&c->html, &place));
    if (c->depth)
        space_flush(c);
    text_flush(c);
    str body = str_trim(line);
    if (str_starts(body, S("#include"))) {
        buf_add(&c->header, body);
        buf_add_char(&c->header, '\n');
        return OK;
    }
    code_add(c, line);
    c->after_space |= c->depth == 0;
    return str_starts(body, S("#")) ? OK : c_scan(c, line);
}

/* --- lines of HTML ---------------------------------------------------------------------------- */

static const char *const WRITERS[] = {
    [PLACE_TEXT] = "out_text",       [PLACE_ATTR] = "out_attr", [PLACE_URL] = "out_url",
    [PLACE_URLPART] = "out_urlpart", [PLACE_JSON] = "out_json",
};

/* Before C is written for something that stands in the HTML. */
static void dynamic_start(struct compiler *c)
{
    space_flush(c);
    text_flush(c);
    c->after_space = false;
    c->html.value_dynamic = true;
}

/* {{ expression }}, s behind the opening braces. */
static err expression(struct compiler *c, str s, size_t *ret_n)
{
    enum html_place place;
    CHECK(c, html_place(&c->html, &place));
    size_t n;
    CHECK(c, lex_expression(s, "}", &n));
    if (!str_starts(str_sub(s, n, s.n), S("}}")))
        return refuse(c, "an expression ends with }}");
    str x = str_trim(str_sub(s, 0, n));
    if (x.n == 0)
        return refuse(c, "an empty expression");
    dynamic_start(c);
    code_add(c, str_fmt(c->mem, "%s(o, (%.*s));", WRITERS[place], FMT(x)));
    *ret_n = n + 2;
    return OK;
}

static bool key_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_' || ch == '.';
}

static str key_name(struct compiler *c, str key)
{
    str name = str_dup(c->mem, key);
    for (char *p = (char *)(uintptr_t)name.p; p < name.p + name.n; p++) {
        if (*p == '.')
            *p = '_';
    }
    return name;
}

struct args {
    struct buf calls;
    int n;
};

/* (a, b) behind a key, as calls that write them. The length includes the brackets. */
static err arguments(struct compiler *c, str s, struct args *ret_args, size_t *ret_n)
{
    enum html_place place;
    CHECK(c, html_place(&c->html, &place));
    size_t at = 1, n;
    do {
        CHECK(c, lex_expression(str_sub(s, at, s.n), ",)", &n));
        str x = str_trim(str_sub(s, at, n));
        if (x.n == 0 || ret_args->n == ARGS_MAX)
            return refuse(c, "an empty argument, or too many");
        ret_args->n++;
        buf_fmt(&ret_args->calls, "%s(o, (%.*s)); out_args_next(o, &a_); ", WRITERS[place], FMT(x));
        at += n + 1;
    } while (s.p[at - 1] == ',');
    *ret_n = at;
    return OK;
}

/* @{key} and @{key(a, b)}, s behind the opening brace. That the number of arguments is right is
 * checked by the C compiler with MSGN_key of messages.h. */
static err message(struct compiler *c, str s, size_t *ret_n)
{
    enum html_place place;
    CHECK(c, html_place(&c->html, &place));
    if (place != PLACE_TEXT && place != PLACE_ATTR)
        return refuse(c, "a message in an address");
    size_t at = 0, n = 0;
    while (at < s.n && key_char(s.p[at]))
        at++;
    str name = key_name(c, str_sub(s, 0, at));
    if (name.n == 0)
        return refuse(c, "a message without its key");
    struct args args = {.n = 0};
    buf_init(&args.calls, c->mem, OUTPUT_MAX);
    if (at < s.n && s.p[at] == '(')
        TRY(arguments(c, str_sub(s, at, s.n), &args, &n));
    if (at + n >= s.n || s.p[at + n] != '}')
        return refuse(c, "a message ends with }");
    *ret_n = at + n + 1;
    dynamic_start(c);
    str check = str_fmt(c->mem, "_Static_assert(MSGN_%s == %d, \"arguments of the message\");",
                        name.p, args.n);
    if (args.n == 0)
        code_add(c, str_fmt(c->mem, "%s out_msg(o, MSG_%s);", check.p, name.p));
    else
        code_add(c, str_fmt(c->mem,
                            "{ %s struct out_args a_; out_args_start(o, &a_); %.*s"
                            "out_args_msg(o, &a_, MSG_%s); }",
                            check.p, FMT(buf_str(&args.calls)), name.p));
    return OK;
}

/* What stands behind the ':' of {? condition : markup }, at most a word or name="value". */
static err conditional_markup(struct compiler *c, str markup)
{
    struct html_walk probe = c->html;
    for (size_t i = 0; i < markup.n; i++) {
        char ch = markup.p[i];
        if (strchr("<>{}@&", ch) || (html_in_value(&c->html) && strchr("\"'", ch)))
            return refuse(c, "{? : } holds more than plain words or attributes");
        CHECK(c, html_step(&probe, str_sub(markup, i, markup.n)));
    }
    bool ends = html_in_value(&c->html)
                    ? html_in_value(&probe)
                    : probe.state == HTML_ATTR_NAME || probe.state == HTML_AFTER_VALUE;
    return ends && markup.n ? OK : refuse(c, "{? : } holds no complete attribute");
}

/* {? condition : markup }, s behind the opening brace and mark. */
static err conditional(struct compiler *c, str s, size_t *ret_n)
{
    enum html_place place;
    bool in_value = html_in_value(&c->html);
    if (in_value)
        CHECK(c, html_place(&c->html, &place));
    else if (c->html.state == HTML_AFTER_ATTR_NAME)
        c->html.state = HTML_IN_TAG;
    if (!in_value && (c->html.state != HTML_IN_TAG || c->html.closing || !c->space))
        return refuse(c, "{? : } stands in a value, or behind a space in a tag");
    size_t n;
    CHECK(c, lex_expression(s, ":", &n));
    str rest = str_sub(s, n + 1, s.n);
    size_t end = str_find(rest, '}');
    if (end == rest.n)
        return refuse(c, "{? : } does not end on its line");
    str markup = str_trim(str_sub(rest, 0, end));
    TRY(conditional_markup(c, markup));
    if (!in_value)
        c->space = 0;
    dynamic_start(c);
    code_add(c, str_fmt(c->mem, "if (%.*s)", FMT(str_trim(str_sub(s, 0, n)))));
    raw_add(c, in_value ? markup : str_cat(c->mem, S(" "), markup));
    *ret_n = n + 1 + end + 1;
    return OK;
}

static err markup_byte(struct compiler *c, str rest)
{
    bool verbatim = html_verbatim(&c->html);
    bool tag_ends = c->html.state == HTML_IN_TAG && rest.p[0] == '>';
    CHECK(c, html_step(&c->html, rest));
    if (html_space(rest.p[0]) && !verbatim) {
        c->space = rest.p[0] == '\n' || c->space == '\n' ? '\n' : ' ';
        return OK;
    }
    if (tag_ends)
        c->space = 0;
    space_flush(c);
    buf_add_char(&c->text, rest.p[0]);
    c->after_space = false;
    return OK;
}

static err comment_bytes(struct compiler *c, str s, size_t *ret_n)
{
    size_t i = 0;
    for (; i < s.n && !str_starts(str_sub(s, i, 3), S("-->")); i++) {
        str two = str_sub(s, i, 2);
        if (str_eq(two, S("{{")) || str_eq(two, S("@{")) || str_eq(two, S("{?")))
            return refuse(c, "an expression in a comment");
    }
    c->in_comment = i == s.n;
    *ret_n = c->in_comment ? s.n : i + 3;
    return OK;
}

/* Takes what stands at the front of s. */
static err html_piece(struct compiler *c, str s, size_t *ret_n)
{
    static const struct {
        str open;
        err (*take)(struct compiler *, str, size_t *);
    } forms[] = {{{"{{", 2}, expression}, {{"@{", 2}, message}, {{"{?", 2}, conditional}};
    if (c->in_comment)
        return comment_bytes(c, s, ret_n);
    for (size_t i = 0; i < LEN(forms); i++) {
        if (!str_starts(s, forms[i].open))
            continue;
        TRY(forms[i].take(c, str_sub(s, 2, s.n), ret_n));
        *ret_n += 2;
        return OK;
    }
    bool markup = c->html.state == HTML_TEXT && c->html.raw.n == 0;
    if (markup && str_starts(s, S("<!--"))) {
        c->in_comment = true;
        *ret_n = 4;
        return OK;
    }
    *ret_n = 1;
    return markup_byte(c, s);
}

static err html_line(struct compiler *c, str line)
{
    bool c_goes_on = c->brackets || c->in_c_comment || (c->c_last && !strchr("{};:", c->c_last));
    if (str_trim(line).n == 0 && (c->depth == 0 || c_goes_on))
        return OK;
    if (c->depth == 0)
        return refuse(c, "HTML outside of a function");
    if (c_goes_on)
        return refuse(c, "C before HTML must end in { } ; or : (an `if` needs its braces)");
    /* A backslash at the end joins the line to the next: no white space between them. */
    if (str_ends(line, S("\\\n")))
        line = str_sub(line, 0, line.n - 2);
    size_t n;
    for (size_t i = 0; i < line.n; i += n)
        TRY(html_piece(c, str_sub(line, i, line.n), &n));
    return OK;
}

/* --- the file --------------------------------------------------------------------------------- */

static err line_compile(struct compiler *c, str line)
{
    size_t i = 0;
    while (i < line.n && html_space(line.p[i]))
        i++;
    if (i == line.n || line.p[i] != '%')
        return html_line(c, line);
    str rest = str_sub(line, i + 1, line.n);
    return c_line(c, rest.n && rest.p[rest.n - 1] == '\n' ? str_sub(rest, 0, rest.n - 1) : rest);
}

static err file_compile(struct compiler *c)
{
    for (str rest = c->t->source; rest.n;) {
        size_t end = str_find(rest, '\n');
        c->line++;
        TRY(line_compile(c, str_sub(rest, 0, end + 1)));
        rest = str_sub(rest, end < rest.n ? end + 1 : end, rest.n);
    }
    if (c->depth || c->brackets || c->in_c_comment || c->in_comment)
        return refuse(c, "the file ends inside of a function");
    return OK;
}

err template_compile(arena *mem, const struct template *t, struct template_c *ret_c)
{
    if (t->source.n > TEMPLATE_MAX)
        return fault(ERR_TOO_LARGE, "too_large", "%s:1: error: larger than 1 MiB", t->path);
    struct compiler c = {.mem = mem, .t = t, .after_space = true};
    buf_init(&c.code, mem, OUTPUT_MAX);
    buf_init(&c.header, mem, OUTPUT_MAX);
    buf_init(&c.text, mem, OUTPUT_MAX);
    buf_init(&c.signature, mem, SIGNATURE_MAX);
    buf_fmt(&c.code, "/* Generated by tools/tmplc. */\n#include \"%s\"\n", t->header);
    buf_add(&c.header,
            S("/* Generated by tools/tmplc. */\n#pragma once\n#include \"web/out.h\"\n"));
    TRY(file_compile(&c));
    str code, header;
    TRY(buf_take(&c.code, &code));
    TRY(buf_take(&c.header, &header));
    *ret_c = (struct template_c){.code = code, .header = header};
    return OK;
}
