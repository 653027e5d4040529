#include "tests/unit/tests3.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char endpoint[64], keys[64];
static pid_t server;
static int server_in = -1;

static int key_write(const char *name, const char *text, mode_t mode)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", keys, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    ssize_t n = fd >= 0 ? write(fd, text, strlen(text)) : -1;
    if (fd >= 0)
        close(fd);
    return n != (ssize_t)strlen(text);
}

static int server_run(void)
{
    int in[2], out[2];
    char line[32] = "";
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        return 1;
    server = fork();
    if (server == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execlp("node", "node", "tests/s3/server.mjs", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    server_in = in[1];
    ssize_t n = server > 0 ? read(out[0], line, sizeof line - 1) : 0;
    close(out[0]);
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%ld", strtol(line, NULL, 10));
    return n <= 0;
}

int test_s3_start(const char *dir)
{
    snprintf(keys, sizeof keys, "%s", dir);
    return server_run() || key_write("key", "AKIAGONGQITEST\na/secret+of/the+test+store\n", 0600) ||
           key_write("wrong", "AKIAGONGQITEST\nanother secret\n", 0600) ||
           key_write("open", "AKIAGONGQITEST\na/secret+of/the+test+store\n", 0644) ||
           key_write("short", "AKIAGONGQITEST\n", 0600);
}

void test_s3_stop(void)
{
    close(server_in);
    (void)waitpid(server, NULL, 0);
}

str test_s3_endpoint(void)
{
    return str_from(endpoint);
}

struct s3_opts test_s3_opts(arena *mem, const char *place, const char *key_file)
{
    return (struct s3_opts){.endpoint = str_from(endpoint),
                            .region = S("cn-north-1"),
                            .place = str_from(place),
                            .key_file = str_fmt(mem, "%s/%s", keys, key_file)};
}

struct s3 *test_s3_open(arena *mem, const char *place, const char *key_file)
{
    struct s3 *s = NULL;
    struct s3_opts o = test_s3_opts(mem, place, key_file);
    ASSERT(s3_open(&o, &s) == OK);
    return s;
}

void test_s3_tell(const char *path, const char *json)
{
    CURL *c = curl_easy_init();
    char url[128];
    snprintf(url, sizeof url, "%s%s", endpoint, path);
    ASSERT(c && curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_POSTFIELDS, json) == CURLE_OK &&
           curl_easy_perform(c) == CURLE_OK);
    curl_easy_cleanup(c);
}
