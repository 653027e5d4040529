/* msgc OUT.c OUT.h FILE...: messages.zh and messages.en of all folders become C tables. */
#include "tools/common/file.h"
#include "tools/msgc/lib/catalog.h"

#include <stdio.h>

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

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: msgc OUT.c OUT.h FILE...\n", stderr);
        return 2;
    }
    AUTO_ARENA(mem);
    if (compile(mem, argv + 1, argc - 1) == OK)
        return 0;
    fprintf(stderr, "%s\n", fault_last()->text);
    return 1;
}
