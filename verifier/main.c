/* gongqi-verify: checkpoints, receipts, consistency and whole copies of a log. */
#include "verify.h"

#include "base/rand.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { TEXT_MAX = 512 * 1024 };

/* A verifier key as text, or a file that holds it. */
static err key_get(arena *mem, const char *arg, struct note_key *ret_key)
{
    struct bytes b;
    str text;
    if (note_key_parse(mem, str_from(arg), ret_key) == OK)
        return OK;
    TRY(file_get(mem, arg, 4096, &b));
    TRY(text_of(b, arg, &text));
    return note_key_parse(mem, text, ret_key);
}

static err checkpoint_get(arena *mem, const char *path, const struct note_key *key,
                          struct checkpoint *ret_c)
{
    struct bytes b;
    str text;
    TRY(file_get(mem, path, TEXT_MAX, &b));
    TRY(text_of(b, path, &text));
    return checkpoint_check(mem, text, key, ret_c);
}

static void checkpoint_say(arena *mem, const struct checkpoint *c)
{
    printf("%.*s: %lld leaves, root %.*s\n", FMT(c->origin), (long long)c->head.size,
           FMT(hash_text(mem, c->head.root)));
}

static err cmd_checkpoint(arena *mem, char **arg)
{
    struct note_key key;
    struct checkpoint c;
    TRY(key_get(mem, arg[0], &key));
    TRY(checkpoint_get(mem, arg[1], &key, &c));
    checkpoint_say(mem, &c);
    return OK;
}

/* Cosignatures beside the log's own, by the key of a witness. */
static err cmd_witness(arena *mem, char **arg)
{
    struct note_key key, witness;
    struct checkpoint c;
    struct bytes b;
    struct note n;
    str text;
    int64_t at = 0;
    TRY(key_get(mem, arg[0], &key));
    TRY(key_get(mem, arg[1], &witness));
    TRY(checkpoint_get(mem, arg[2], &key, &c));
    TRY(file_get(mem, arg[2], TEXT_MAX, &b));
    TRY(text_of(b, arg[2], &text));
    TRY(note_parse(mem, text, &n));
    if (witness.type != NOTE_COSIGNATURE || !note_verified(&n, &witness, &at))
        return fault(ERR_INVALID, "bad_signature", "no valid cosignature by %.*s",
                     FMT(witness.name));
    checkpoint_say(mem, &c);
    printf("cosigned by %.*s at %lld\n", FMT(witness.name), (long long)at);
    return OK;
}

static err cmd_receipt(arena *mem, char **arg)
{
    struct note_key key;
    struct bytes b;
    struct receipt r;
    struct checkpoint c;
    str text;
    TRY(key_get(mem, arg[0], &key));
    TRY(file_get(mem, arg[1], TEXT_MAX, &b));
    TRY(text_of(b, arg[1], &text));
    TRY(receipt_parse(mem, text, &r));
    TRY(checkpoint_check(mem, r.checkpoint, &key, &c));
    if (arg[2])
        TRY(file_get(mem, arg[2], ENTRY_MAX, &r.extra));
    if (!r.extra.p)
        return fault(ERR_INVALID, "bad_receipt", "no entry in the receipt: name its file");
    struct tree_place at = {r.index, c.head.size};
    if (!tree_included(at, tree_leaf(r.extra), r.path, c.head.root))
        return fault(ERR_INVALID, "not_included", "the entry is not leaf %lld of the signed tree",
                     (long long)r.index);
    checkpoint_say(mem, &c);
    printf("leaf %lld is included: %.*s\n", (long long)r.index, FMT(bytes_str(r.extra)));
    return OK;
}

static err cmd_consistency(arena *mem, char **arg)
{
    struct note_key key;
    struct checkpoint old, now;
    struct source s = {arg[1]};
    struct proof p;
    TRY(key_get(mem, arg[0], &key));
    TRY(checkpoint_get(mem, arg[2], &key, &old));
    TRY(checkpoint_get(mem, arg[3], &key, &now));
    struct tiles *t = NEW(mem, struct tiles);
    tiles_init(t, source_tile, &s, now.head.size);
    struct tree_source src = {tiles_read, t};
    TRY(tree_prove_consistency(&src, mem, old.head.size, now.head.size, &p));
    if (!tree_consistent(old.head, now.head, p))
        return fault(ERR_INVALID, "not_consistent", "the newer log does not contain the older one");
    checkpoint_say(mem, &old);
    checkpoint_say(mem, &now);
    printf("the first is a beginning of the second\n");
    return OK;
}

static err log_check(arena *mem, char **arg, bool hashes_only)
{
    struct note_key key;
    struct source s = {arg[1]};
    struct bytes b;
    str text;
    struct checkpoint c;
    struct whole w = {0};
    TRY(key_get(mem, arg[0], &key));
    TRY(source_get(&s, mem, "checkpoint", TEXT_MAX, &b));
    TRY(text_of(b, "checkpoint", &text));
    TRY(checkpoint_check(mem, text, &key, &c));
    TRY(whole_check(&s, c.head, hashes_only, &w));
    checkpoint_say(mem, &c);
    printf("%lld leaves and %lld tiles are right, %lld bytes of entries\n", (long long)w.size,
           (long long)w.tiles, (long long)w.bytes);
    return OK;
}
static err cmd_log(arena *mem, char **arg)
{
    return log_check(mem, arg, false);
}
static err cmd_hashes(arena *mem, char **arg)
{
    return log_check(mem, arg, true);
}

static err cmd_package(arena *mem, char **arg)
{
    struct note_key key;
    struct findings f = {.n = 0};
    struct package_seen seen;
    TRY(key_get(mem, arg[0], &key));
    int fd = open(arg[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault(ERR_NOT_FOUND, "not_found", "no file %s", arg[1]);
    err e = package_check(mem, fd, &key, &f, &seen);
    close(fd);
    TRY(e);
    if (f.n)
        return fault(ERR_INVALID, "package_changed", "%lld things are wrong, each named above",
                     (long long)f.n);
    printf("package %.*s, made %.*s: %lld files with %lld bytes are as the manifest says\n",
           FMT(seen.id), FMT(seen.made_at), (long long)seen.files, (long long)seen.bytes);
    printf("the manifest is leaf %lld of %.*s; %lld records are in the log\n", (long long)seen.leaf,
           FMT(key.name), (long long)seen.records);
    return OK;
}

static err cmd_newkey(arena *mem, char **arg)
{
    str public;
    TRY(identity_new(mem, arg[0], &public));
    printf("%.*s\n", FMT(public));
    return OK;
}

static err cmd_identity(arena *mem, char **arg)
{
    str json;
    TRY(identity_open(mem, arg[0], arg[1], &json));
    printf("%.*s\n", FMT(json));
    return OK;
}

static const struct {
    const char *name, *args, *text;
    int least, most;
    err (*run)(arena *mem, char **arg);
} COMMANDS[] = {
    {"checkpoint", "KEY CHECKPOINT", "the log's key signed this checkpoint", 2, 2, cmd_checkpoint},
    {"witness", "KEY WITNESSKEY CHECKPOINT", "a witness cosigned it", 3, 3, cmd_witness},
    {"receipt", "KEY RECEIPT [ENTRY]", "the entry is in the signed tree", 2, 3, cmd_receipt},
    {"consistency", "KEY LOG OLD NEW", "checkpoint OLD is a beginning of NEW", 4, 4,
     cmd_consistency},
    {"log", "KEY LOG", "a whole copy: every entry, tile and the root", 2, 2, cmd_log},
    {"hashes", "KEY LOG", "the same for a log whose entries are private", 2, 2, cmd_hashes},
    {"package", "KEY FILE.zip", "an evidence package: every file, record and receipt", 2, 2,
     cmd_package},
    {"newkey", "FILE", "make a recipient's key: the secret into FILE, the public one printed", 1, 1,
     cmd_newkey},
    {"identity", "FILE FILE.zip", "open the identity in a package with the secret key in FILE", 2,
     2, cmd_identity},
};

static int usage(void)
{
    (void)fprintf(stderr,
                  "gongqi-verify %s: checks what a gongqi server published\n\n"
                  "KEY is a verifier key (name+id+base64) or a file with it, first or as --key "
                  "KEY; LOG is a directory or "
                  "an\naddress such as https://example.org/log.\n\n",
                  GONGQI_VERSION);
    for (size_t i = 0; i < LEN(COMMANDS); i++)
        (void)fprintf(stderr, "  gongqi-verify %s %s\n      %s\n", COMMANDS[i].name,
                      COMMANDS[i].args, COMMANDS[i].text);
    return 2;
}

/* KEY also as --key KEY, anywhere behind the command. */
static int key_first(int argc, char **argv)
{
    for (int i = 2; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--key") != 0)
            continue;
        char *key = argv[i + 1];
        memmove(argv + 3, argv + 2, (size_t)(i - 2) * sizeof *argv);
        memmove(argv + i + 1, argv + i + 2, (size_t)(argc - i - 2) * sizeof *argv);
        argv[2] = key;
        argv[argc - 1] = NULL;
        return argc - 1;
    }
    return argc;
}

int main(int argc, char **argv)
{
    AUTO_ARENA(mem);
    rand_init();
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    argc = key_first(argc, argv);
    for (size_t i = 0; argc > 1 && i < LEN(COMMANDS); i++) {
        if (strcmp(argv[1], COMMANDS[i].name) != 0)
            continue;
        if (argc - 2 < COMMANDS[i].least || argc - 2 > COMMANDS[i].most)
            return usage();
        err e = COMMANDS[i].run(mem, argv + 2);
        if (e == OK)
            return 0;
        struct fault f = fault_of(e);
        (void)fprintf(stderr, "gongqi-verify: BAD: %s: %s\n", f.reason, f.text);
        return 1;
    }
    return usage();
}
