/* tmplc IN.html OUT.html.c OUT.html.h: one template file becomes C. */
#include "tools/common/file.h"
#include "tools/tmplc/lib/template.h"

#include <stdio.h>

enum { ARGS = 4 };

static err compile(arena *mem, char **args)
{
    str source;
    TRY(file_text(mem, args[0], &source));
    const char *slash = strrchr(args[2], '/');
    struct template t = {.path = args[0], .header = slash ? slash + 1 : args[2], .source = source};
    struct template_c c;
    TRY(template_compile(mem, &t, &c));
    TRY(file_update(mem, args[1], c.code));
    return file_update(mem, args[2], c.header);
}

int main(int argc, char **argv)
{
    if (argc != ARGS) {
        fputs("usage: tmplc IN.html OUT.html.c OUT.html.h\n", stderr);
        return 2;
    }
    AUTO_ARENA(mem);
    if (compile(mem, argv + 1) == OK)
        return 0;
    fprintf(stderr, "%s\n", fault_last()->text);
    return 1;
}
