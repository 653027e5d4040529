/* The picture decoders, in process, with small limits so that a run is short. Coverage guides
 * through our own code only; the libraries are the system's, without instrumentation. */
#include "image/image_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct image_caps caps = {
        .side = 256, .pixels = 16384, .frames = 8, .target_side = 64};
    struct image_pixels px;
    if (image_decode((struct bytes){data, size}, &caps, &px) == OK) {
        ASSERT(px.pic.argb && px.width >= 1 && px.height >= 1);
        ASSERT((int64_t)px.width * px.height <= caps.pixels && px.frames <= caps.frames);
    }
    WebPPictureFree(&px.pic);
    return 0;
}
