/* msgc OUT.c OUT.h FILE...: messages.zh and messages.en of all folders become C tables.
 * msgc --unused FILE... SOURCE...: prints the keys that no source names; for the lint. */
#include "tools/common/file.h"
#include "tools/msgc/lib/catalog.h"

#include <stdio.h>

enum { PROJECT_MAX = 64 * 1024 * 1024 };

static err read_all(struct catalog *c, char **files, int n)
{
    for (int i = 0; i < n; i++) {
        str name = str_from(files[i]), text;
        if (!str_ends(name, S(".zh")) && !str_ends(name, S(".en")))
            return fault(ERR_INVALID, "bad_messages", "%s: expected a .zh or .en file", files[i]);
        TRY(file_text(c->mem, files[i], &text));
        TRY(catalog_add(c, files[i], str_ends(name, S(".en")), text));
    }
    return catalog_check(c);
}

static err compile(arena *mem, char **args, int n)
{
    struct catalog c;
    catalog_init(&c, mem);
    TRY(read_all(&c, args + 2, n - 2));
    struct buf tables, header;
    buf_init(&tables, mem, FILE_TEXT_MAX);
    buf_init(&header, mem, FILE_TEXT_MAX);
    catalog_tables(&c, &tables);
    catalog_header(&c, &header);
    TRY(file_update(mem, args[0], buf_str(&tables)));
    return file_update(mem, args[1], buf_str(&header));
}

static bool is_messages(const char *file)
{
    return str_ends(str_from(file), S(".zh")) || str_ends(str_from(file), S(".en"));
}

/* Files of messages go into c, all others are put together as ret_sources. */
static err read_project(struct catalog *c, char **files, int n, struct buf *ret_sources)
{
    for (int i = 0; i < n; i++) {
        str text;
        TRY(file_text(c->mem, files[i], &text));
        if (is_messages(files[i])) {
            TRY(catalog_add(c, files[i], str_ends(str_from(files[i]), S(".en")), text));
            continue;
        }
        buf_add(ret_sources, text);
        buf_add_char(ret_sources, '\n');
    }
    TRY(catalog_check(c));
    return ret_sources->full ? fault(ERR_TOO_LARGE, "too_large", "too many sources") : OK;
}

static err unused(arena *mem, char **files, int n)
{
    struct catalog c;
    struct buf sources;
    catalog_init(&c, mem);
    buf_init(&sources, mem, PROJECT_MAX);
    TRY(read_project(&c, files, n, &sources));
    for (size_t i = 0; i < c.n; i++) {
        if (!catalog_used(&c, i, buf_str(&sources)))
            printf("%s:%d: %.*s is never used\n", c.all[i].file, c.all[i].line, FMT(c.all[i].key));
    }
    return OK;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: msgc OUT.c OUT.h FILE... | msgc --unused FILE... SOURCE...\n", stderr);
        return 2;
    }
    AUTO_ARENA(mem);
    bool lint = str_eq(str_from(argv[1]), S("--unused"));
    if ((lint ? unused(mem, argv + 2, argc - 2) : compile(mem, argv + 1, argc - 1)) == OK)
        return 0;
    fprintf(stderr, "%s\n", fault_last()->text);
    return 1;
}
