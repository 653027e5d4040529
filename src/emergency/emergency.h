/* Emergencies (A5.6; obligations 3.15, 4.9): plans with versions, drills and a roster beforehand;
 * then one officer proposes what is to be done where, and another declares it. It stands for at
 * most 24 hours, unless two officers renew it, and ends by itself; the review afterwards is a duty
 * that stays open until it is written.
 *     proposed -> withdrawn | standing -> ended -> (reviewed)
 * Effects are asked where they act, in the same query and so on all nodes at the commit: `freeze`
 * and `hold` by the gate, `quiet` by home, site feeds and the editors' choice (scope.h). */
#pragma once
#include "db/db.h"

enum {
    EMERGENCY_HOURS = 24, /* the longest term */
    EMERGENCY_TEXT_MAX = 5000,
    EMERGENCY_TITLE_MAX = 80,
    EMERGENCY_LIST_MAX = 2000, /* of words or handles, code points */
};

struct emergency_plan {
    int64_t id, written_by, at; /* id 0: a new plan */
    int version, hours;
    str name, level, effects, guide;
    str by_name; /* out */
};
extern const char *const EMERGENCY_LEVELS[4];
extern const char *const EMERGENCY_EFFECTS[3];
/* A new version; ERR_INVALID by field: name, level, effects, hours, guide. */
err emergency_plan_write(struct tx *t, struct emergency_plan *p);
/* version 0: in force. */
err emergency_plan_load(struct tx *t, arena *mem, int64_t id, int version,
                        struct emergency_plan *ret_p);
/* In force, at most 100. */
err emergency_plans(struct tx *t, arena *mem, struct emergency_plan **ret_v, size_t *ret_n);
/* Of one plan, newest first, at most 100. */
err emergency_plan_versions(struct tx *t, arena *mem, int64_t id, struct emergency_plan **ret_v,
                            size_t *ret_n);

struct emergency_drill {
    int64_t id, plan_id, held_at, by_user, at;
    int plan_version;
    str people, result;
    str plan_name, by_name; /* out */
};
err emergency_drill_note(struct tx *t, const struct emergency_drill *d);
err emergency_drills(struct tx *t, arena *mem, struct emergency_drill **ret_v, size_t *ret_n);

struct emergency_shift {
    int64_t id, user_id, from_at, until_at, added_by;
    str note;
    str user_name; /* out */
};
/* ERR_INVALID "shift_dates"; ERR_INVALID "shift_staff": not somebody of the staff. */
err emergency_shift_add(struct tx *t, const struct emergency_shift *s);
err emergency_shift_drop(struct tx *t, int64_t id, int64_t by);
/* Not over yet, in order, at most 200. */
err emergency_shifts(struct tx *t, arena *mem, struct emergency_shift **ret_v, size_t *ret_n);

struct emergency {
    int64_t id, plan_id, found_at, proposed_by, proposed_at;
    int64_t declared_by, declared_at, until_at; /* 0 = not declared */
    int64_t renew_by;                           /* whose renewal waits; 0 = nobody's */
    int64_t ended_at, ended_by;                 /* ended_by 0 = its time was over */
    int64_t reviewed_at;                        /* out; 0 = no review yet */
    int plan_version, hours;
    bool freeze, hold, quiet;                        /* as the plan says */
    str title, facts, level, state;                  /* level as the plan says */
    str words, categories, province, class, handles; /* "" = all */
    str plan_name, proposed_name, declared_name;     /* out */
};
/* Reads plan_id, title, facts, found_at, words, categories, province, class, handles and
 * proposed_by; the plan in force says the rest. ERR_INVALID by field. */
err emergency_propose(struct tx *t, arena *mem, struct emergency *e);
/* By another officer: ERR_DENIED "own_proposal". ERR_CONFLICT "emergency_state" when somebody was
 * faster. */
err emergency_declare(struct tx *t, arena *mem, int64_t id, int64_t by);
err emergency_withdraw(struct tx *t, arena *mem, int64_t id, int64_t by);
/* The first call asks, that of another officer renews for the plan's hours from now; again by who
 * asked: ERR_DENIED "own_proposal". ERR_CONFLICT "emergency_state" when it does not stand. */
err emergency_renew(struct tx *t, arena *mem, int64_t id, int64_t by, bool *ret_renewed);
/* ERR_INVALID "reason_required". */
err emergency_end(struct tx *t, arena *mem, int64_t id, int64_t by, str reason);
err emergency_note(struct tx *t, arena *mem, int64_t id, int64_t by, str text);
struct emergency_review {
    int64_t emergency_id, by_user, at;
    str impact, data, cause, measures, trend, lessons, by_name;
};
/* Once it has ended, once. ERR_CONFLICT "emergency_state", "exists". */
err emergency_review_write(struct tx *t, arena *mem, const struct emergency_review *r);
err emergency_review_load(struct tx *t, arena *mem, int64_t id, struct emergency_review *ret_r);

err emergency_load(struct tx *t, arena *mem, int64_t id, struct emergency *ret_e);
/* Newest first; before 0 = from the newest; limit at most 100. */
err emergency_list(struct tx *t, arena *mem, int64_t before, int limit, struct emergency **ret_v,
                   size_t *ret_n);
struct emergency_event {
    int64_t id, by_user, at;
    str kind, text, by_name;
};
/* Oldest first, at most 500. */
err emergency_events(struct tx *t, arena *mem, int64_t id, struct emergency_event **ret_v,
                     size_t *ret_n);

/* Must this be reviewed before it is public? Asked only while one that holds stands; text is
 * everything one reads of it. */
struct emergency_thing {
    int64_t account_id;
    str category, text;
};
err emergency_holds(struct tx *t, arena *mem, const struct emergency_thing *thing, bool *ret_holds);

/* Ends those whose time is over and has the pages made anew. */
#define EMERGENCY_JOB "emergency_expire"
err emergency_expire(struct tx *t, void *ctx);
err emergency_over(struct tx *t, bool *ret_wanted);

/* Package of obligations 4.9, as far as the platform knows it. */
struct emergency_unit {
    str name, contact, system;
};
err emergency_package(struct tx *t, arena *mem, int64_t id, const struct emergency_unit *unit,
                      str *ret_json);
