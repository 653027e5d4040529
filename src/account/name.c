/* Names of accounts: what may stand in one, whose it is, and what a reviewer must look at. */
#include "account/account_store.h"

#include "base/clock.h"
#include "settings/provider.h"
#include "text/fold.h"
#include "web/msg.h"

enum { CONTACT_DIGITS = 6 };

/* ---- what may stand in a name ---- */

/* Addresses and numbers to be called at: names are no advertisements. */
static bool has_contact(arena *mem, str value)
{
    static const char *const SIGNS[] = {"://", "www.", ".com", ".cn", ".net", "@"};
    str low = text_casefold(mem, value);
    for (size_t i = 0; i < LEN(SIGNS); i++)
        if (str_has(low, str_from(SIGNS[i])))
            return true;
    size_t digits = 0;
    str fold = text_fold(mem, value);
    for (size_t i = 0; i < fold.n && digits < CONTACT_DIGITS; i++)
        digits = fold.p[i] >= '0' && fold.p[i] <= '9' ? digits + 1 : 0;
    return digits >= CONTACT_DIGITS;
}

err account_name_check(arena *mem, str value, str *ret_value)
{
    size_t n = str_count(value);
    if (n < ACCOUNT_NAME_MIN || n > ACCOUNT_NAME_MAX)
        return fault_field(ERR_INVALID, "name_length", "name", "%zu code points", n);
    if (!text_clean_line(value) || text_fold(mem, value).n == 0)
        return fault_field(ERR_INVALID, "name_characters", "name", "characters");
    if (has_contact(mem, value))
        return fault_field(ERR_INVALID, "name_contact", "name", "address or number");
    *ret_value = value;
    return OK;
}

/* ---- protected words: always a matter for people ---- */

static bool words_find(arena *mem, str fold, str words, str *ret_word)
{
    for (str rest = words; rest.n;) {
        str word = str_trim(str_split(rest, ',', &rest));
        str folded = text_fold(mem, word);
        if (folded.n && str_has(fold, folded)) {
            *ret_word = word;
            return true;
        }
    }
    return false;
}

size_t name_notes(arena *mem, str name, str own_words, struct name_note v[NAME_NOTES])
{
    static const struct {
        enum msg label, words;
    } KINDS[NAME_NOTES - 1] = {
        {MSG_protected_organ, MSG_protected_organ_words},
        {MSG_protected_state, MSG_protected_state_words},
        {MSG_protected_news, MSG_protected_news_words},
        {MSG_protected_region, MSG_protected_region_words},
        {MSG_protected_platform, MSG_protected_platform_words},
    };
    str fold = text_fold(mem, name), word;
    size_t n = 0;
    for (size_t i = 0; i < LEN(KINDS); i++)
        if (words_find(mem, fold, msg(LANG_ZH, KINDS[i].words), &word) ||
            words_find(mem, fold, msg(LANG_EN, KINDS[i].words), &word))
            v[n++] = (struct name_note){KINDS[i].label, word};
    if (words_find(mem, fold, own_words, &word))
        v[n++] = (struct name_note){MSG_protected_own, word};
    return n;
}

/* ---- whose a name is ---- */

err name_take(struct tx *t, arena *mem, str name, int64_t account_id)
{
    str fold = text_fold(mem, name), look = text_skeleton(mem, name);
    int64_t owner = 0, alike = 0;
    TRY(store_name_owner(t, fold, &owner));
    if (owner && owner != account_id)
        return fault_field(ERR_CONFLICT, "name_taken", "name", "name in use or kept");
    TRY(store_look_other(t, look, account_id, &alike));
    if (alike)
        return fault_field(ERR_CONFLICT, "name_alike", "name", "looks like another's name");
    TRY(store_look_put(t, look, account_id));
    return owner ? OK : store_name_insert(t, fold, account_id);
}

err name_free(struct tx *t, arena *mem, str name, int64_t account_id)
{
    return store_name_free(t, text_fold(mem, name), text_skeleton(mem, name), account_id);
}

err name_change_allowed(struct tx *t, arena *mem, int64_t account_id)
{
    struct provider_settings ps;
    int64_t n = 0, last = 0, now = tx_now(t);
    TRY(provider_settings_load(t, mem, &ps));
    TRY(store_name_changes(t, account_id, now - (int64_t)365 * DAY_MS, &n, &last));
    if (n >= ps.name_changes_year)
        return fault_field(ERR_LIMIT, "name_changes_used", "name", "%lld changes within a year",
                           (long long)n);
    if (last && last + ps.name_rest_days * DAY_MS > now)
        return fault_field(ERR_LIMIT, "name_rest", "name", "changed %lld ms ago",
                           (long long)(now - last));
    return OK;
}
