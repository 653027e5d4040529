/* gongqi: finds the command and runs it. */
#include "app/commands.h"
#include "base/rand.h"
#include "base/str.h"
#include "image/image.h"
#include "intake/convert.h"

#include <locale.h>
#include <stdio.h>

struct command {
    const char *name, *args, *text;
    err (*run)(int argc, char **argv);
};

static const struct command COMMANDS[] = {
#define X(name, fn, args, text) {name, args, text, fn},
#include "app/commands.def"
#undef X
};

static void usage(FILE *to)
{
    (void)fprintf(to, "gongqi %s: a platform for public accounts\n\n", GONGQI_VERSION);
    for (size_t i = 0; i < LEN(COMMANDS); i++)
        (void)fprintf(to, "  gongqi %s %s\n      %s\n", COMMANDS[i].name, COMMANDS[i].args,
                      COMMANDS[i].text);
    (void)fprintf(to, "\nSettings: `gongqi settings` prints the manual.\n");
}

static int run(const struct command *c, int argc, char **argv)
{
    err e = c->run(argc, argv);
    if (e == OK)
        return 0;
    struct fault f = fault_of(e);
    (void)fprintf(stderr, "gongqi %s: %s%s%s%s%s\n", c->name, f.reason, *f.field ? " " : "",
                  f.field, *f.text ? ": " : "", f.text);
    return strcmp(f.reason, COMMAND_BAD) == 0 ? 2 : 1;
}

int main(int argc, char **argv)
{
    const struct sandbox_kind workers[] = {image_sandbox_kind, html_sandbox_kind};
    /* before anything else: a worker for hostile files starts as empty as can be */
    if (sandbox_is_worker(argc, argv))
        return sandbox_worker_main(workers, LEN(workers), argc, argv);
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    rand_init();
    if (argc < 2) {
        usage(stderr);
        return 2;
    }
    str name = str_from(argv[1]);
    for (size_t i = 0; i < LEN(COMMANDS); i++)
        if (str_eq(name, str_from(COMMANDS[i].name)))
            return run(&COMMANDS[i], argc - 1, argv + 1);
    bool help = str_eq(name, S("help")) || str_eq(name, S("--help")) || str_eq(name, S("-h"));
    if (str_eq(name, S("--version")))
        return run(&COMMANDS[LEN(COMMANDS) - 1], argc - 1, argv + 1);
    usage(help ? stdout : stderr);
    return help ? 0 : 2;
}
