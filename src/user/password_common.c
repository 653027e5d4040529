/* Which passwords everybody would try. Not a list but the rules by which such lists are made: a
 * common word with digits and signs around it and letters for look-alikes, runs of a keyboard or of
 * an alphabet, a short piece again and again, a date. */
#include "user/password_impl.h"

enum { PIECE_MAX = 4, ROW_MAX = 36, WORD_MAX = 128 };

static const char *const WORDS[] = {
    "password",  "passwort", "passwd",   "pass",      "welcome",  "letmein",  "admin",
    "root",      "user",     "login",    "guest",     "test",     "master",   "monkey",
    "dragon",    "sunshine", "princess", "football",  "baseball", "iloveyou", "superman",
    "batman",    "shadow",   "michael",  "jordan",    "hello",    "freedom",  "whatever",
    "secret",    "trustno",  "qwerty",   "asdf",      "zxcv",     "qazwsx",   "qweasd",
    "qweasdzxc", "abc",      "abcd",     "aa",        "a",        "computer", "internet",
    "server",    "system",   "manager",  "changeme",  "default",  "woaini",   "woaiwojia",
    "wodemima",  "mima",     "caonima",  "woshishui", "nihao",    "zhongguo", "china",
    "beijing",   "shanghai", "weixin",   "wechat",    "taobao",   "alibaba",  "baidu",
    "tencent",   "huawei",   "xiaomi",   "li",        "wang",     "zhang",    "liu",
    "chen",      "yang",     "zhao",     "huang",     "zhou",     "wu",       "gongqi",
    "spring",    "summer",   "autumn",   "winter",    "january",  "monday",   "friday",
    "love",      "lovely",   "angel",    "lucky",     "q",        "w",        "z",
    "qq",        "zz",       "x",        "qwer",      "wasd",
};
static const char *const ROWS[] = {
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "123qweasdzxc",
    "zaq12wsx",
    "147258369",
    "159753",
};

static bool letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* The letter that a digit or sign stands for; others as they are. */
static char plain(char c)
{
    static const char FROM[] = "013457@$!", TO[] = "oleastasi";
    const char *at = c ? strchr(FROM, c) : NULL;
    return at ? TO[at - FROM] : c;
}

static bool is_word(str s)
{
    for (size_t i = 0; i < LEN(WORDS); i++)
        if (str_eq(s, str_from(WORDS[i])))
            return true;
    return false;
}

/* Digits and signs stand around one word, as it is or written with look-alikes. */
static bool word_with_trimmings(str low)
{
    char read[WORD_MAX];
    size_t from = 0, to = low.n;
    while (from < to && !letter(low.p[from]))
        from++;
    while (to > from && !letter(low.p[to - 1]))
        to--;
    if (is_word(str_sub(low, from, to - from)))
        return true;
    if (to - from > sizeof read)
        return false;
    for (size_t i = from; i < to; i++)
        read[i - from] = plain(low.p[i]);
    return is_word((str){read, to - from});
}

static bool run_in(const char *row, str piece, bool backwards)
{
    size_t n = strlen(row);
    for (size_t at = 0; at + piece.n <= n; at++) {
        size_t i = 0;
        while (i < piece.n && piece.p[i] == row[backwards ? n - 1 - at - i : at + i])
            i++;
        if (i == piece.n)
            return true;
    }
    return false;
}

/* How much from the start is one run of a row. */
static size_t run_length(str s)
{
    for (size_t n = s.n < ROW_MAX ? s.n : ROW_MAX; n >= 3; n--)
        for (size_t i = 0; i < LEN(ROWS); i++)
            if (run_in(ROWS[i], str_sub(s, 0, n), false) || run_in(ROWS[i], str_sub(s, 0, n), true))
                return n;
    return 0;
}

/* Nothing but runs, and at most two characters beside them. */
static bool only_runs(str low)
{
    size_t beside = 0;
    for (str rest = low; rest.n;) {
        size_t n = run_length(rest);
        beside += n == 0;
        rest = str_sub(rest, n ? n : 1, rest.n);
    }
    return beside <= 2;
}

static bool one_piece(str s)
{
    for (size_t n = 1; n <= PIECE_MAX && n < s.n; n++) {
        size_t i = n;
        while (i < s.n && s.p[i] == s.p[i - n])
            i++;
        if (i == s.n)
            return true;
    }
    return false;
}

static bool few_characters(str s)
{
    bool seen[256] = {false};
    int different = 0;
    for (size_t i = 0; i < s.n; i++) {
        different += !seen[(uint8_t)s.p[i]];
        seen[(uint8_t)s.p[i]] = true;
    }
    return different < 4;
}

/* 19900307: somebody's birthday, whoever's. */
static bool date(str s)
{
    struct date d;
    return s.n == 8 && date_parse(s, &d) == OK && d.year >= 1900 && d.year < 2100;
}

bool password_common(arena *mem, str password)
{
    str low = str_lower_ascii(mem, password);
    return word_with_trimmings(low) || only_runs(low) || one_piece(low) || few_characters(low) ||
           date(low);
}
