/* The server's side: hands the file to a worker and checks what comes back. */
#include "image/image_wire.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WALL_MS = 30000, CPU_S = 20, MAGIC = 12 };
static const int64_t WORKER_BYTES = 768LL << 20, OUTPUT_BYTES = 48LL << 20;

void image_files_done(struct image_files *files)
{
    if (!files)
        return;
    for (size_t i = 0; i < files->n; i++)
        if (files->file[i].fd >= 0)
            close(files->file[i].fd);
    files->n = 0;
}

/* The claim is checked against the first bytes here; the decoders check the rest. */
static err claim_check(const struct image_request *rq)
{
    static const char *const types[] = {[IMAGE_JPEG] = "image/jpeg",
                                        [IMAGE_PNG] = "image/png",
                                        [IMAGE_WEBP] = "image/webp",
                                        [IMAGE_GIF] = "image/gif"};
    uint8_t head[MAGIC];
    struct stat st;
    if (fstat(rq->fd, &st) != 0)
        return fault(ERR_IO, "storage_unavailable", "stat: errno %d", errno);
    if (st.st_size > IMAGE_MAX_BYTES)
        return fault(ERR_TOO_LARGE, "image_too_large", "%lld bytes", (long long)st.st_size);
    ssize_t n = pread(rq->fd, head, sizeof head, 0);
    if (n < 0)
        return fault(ERR_IO, "storage_unavailable", "read: errno %d", errno);
    enum image_format format;
    TRY(image_sniff((struct bytes){head, (size_t)n}, &format));
    str claim = str_trim(str_split(rq->claimed_type, ';', &(str){0}));
    if (claim.n == 0 || str_eq_ci(claim, S("application/octet-stream")) ||
        str_eq_ci(claim, str_from(types[format])) ||
        (format == IMAGE_JPEG && str_eq_ci(claim, S("image/jpg"))))
        return OK;
    return fault(ERR_INVALID, "image_type_mismatch", "is %s", types[format]);
}

static err outputs_make(struct image_files *files)
{
    for (size_t i = 0; i < IMAGE_MAX_FILES; i++) {
        int fd = memfd_create("image", MFD_CLOEXEC);
        if (fd < 0)
            return fault(ERR_IO, "storage_unavailable", "memfd: errno %d", errno);
        files->file[i] = (struct image_file){.fd = fd};
        files->n = i + 1;
    }
    return OK;
}

static bool size_sane(int64_t w, int64_t h)
{
    return w >= 1 && h >= 1 && w <= IMAGE_MAX_SIDE && h <= IMAGE_MAX_SIDE;
}

/* A worker that was taken over may claim anything; pages and tables rely on these numbers. */
static err output_check(struct image_file *f, int width, int height)
{
    uint8_t head[MAGIC];
    enum image_format format = IMAGE_JPEG;
    struct stat st;
    if (fstat(f->fd, &st) != 0 || pread(f->fd, head, sizeof head, 0) != (ssize_t)sizeof head ||
        image_sniff((struct bytes){head, sizeof head}, &format) != OK || format != IMAGE_WEBP ||
        !size_sane(width, height))
        return fault(ERR_INVALID, "image_damaged", "worker's output");
    f->width = width;
    f->height = height;
    f->size = st.st_size;
    return OK;
}

static err reply_take(const struct sandbox_result *result, struct image_files *files,
                      struct image_info *ret_info)
{
    struct image_reply r;
    if (result->reply.n != sizeof r)
        return fault(ERR_INVALID, "image_damaged", "worker's reply");
    memcpy(&r, result->reply.p, sizeof r);
    if (r.n < 1 || r.n > IMAGE_MAX_FILES || r.source < 0 || r.source > IMAGE_GIF || r.frames < 1 ||
        r.pdq.quality < 0 || r.pdq.quality > 100 || r.frames > IMAGE_MAX_FRAMES ||
        !size_sane(r.width, r.height))
        return fault(ERR_INVALID, "image_damaged", "worker's reply");
    for (int i = 0; i < r.n; i++)
        TRY(output_check(&files->file[i], r.file[i].width, r.file[i].height));
    for (; files->n > (size_t)r.n; files->n--)
        close(files->file[files->n - 1].fd);
    *ret_info = (struct image_info){.source = (enum image_format)r.source,
                                    .width = r.width,
                                    .height = r.height,
                                    .frames = r.frames,
                                    .alpha = r.alpha != 0,
                                    .pdq = r.pdq,
                                    .peak_bytes = result->peak_bytes,
                                    .wall_us = result->wall_us};
    return OK;
}

static err worker_run(const struct image_request *rq, arena *mem, const struct image_files *files,
                      struct sandbox_result *ret)
{
    int out[IMAGE_MAX_FILES];
    for (size_t i = 0; i < IMAGE_MAX_FILES; i++)
        out[i] = files->file[i].fd;
    str param = str_fmt(mem, "%d", (int)rq->kind);
    struct sandbox_job job = {.kind = image_sandbox_kind.name,
                              .param = str_z(mem, param),
                              .in = rq->fd,
                              .out = out,
                              .out_n = IMAGE_MAX_FILES,
                              .wall_ms = WALL_MS,
                              .cpu_s = CPU_S,
                              .memory_bytes = WORKER_BYTES,
                              .file_bytes = OUTPUT_BYTES};
    err e = sandbox_run(&job, mem, ret);
    str why = e == OK ? STR_NONE : str_from(fault_last()->reason);
    if (str_eq(why, S("sandbox_limit")))
        return fault(ERR_TOO_LARGE, "image_too_costly", "worker hit a limit");
    if (str_eq(why, S("sandbox_died")))
        return fault(ERR_INVALID, "image_damaged", "worker died");
    return e;
}

err image_import(const struct image_request *rq, arena *mem, struct image_files *ret_files,
                 struct image_info *ret_info)
{
    TRY(claim_check(rq));
    AUTO_IMAGE_FILES(files);
    TRY(outputs_make(&files));
    struct sandbox_result result;
    TRY(worker_run(rq, mem, &files, &result));
    TRY(reply_take(&result, &files, ret_info));
    *ret_files = files;
    files.n = 0;
    return OK;
}
