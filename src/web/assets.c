/* Looks embedded files up by path and by name. */
#include "web/assets.h"

#include "assets/assets_data.h"

const struct asset *asset_find(str path)
{
    size_t low = 0;
    size_t high = asset_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = str_cmp(path, asset_table[mid].path);
        if (order == 0)
            return &asset_table[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

str asset_url(str name)
{
    for (size_t i = 0; i < asset_count; i++)
        if (str_eq(asset_table[i].name, name))
            return asset_table[i].path;
    assert_failed("a known asset", __FILE__, __LINE__);
}
