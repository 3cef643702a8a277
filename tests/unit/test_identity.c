/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may claim which name and id: collisions, bindings, what a sweep takes over.
 */
#include "identity/rules.h"
#include "image_fixture.h"
#include "suite.h"

#include <limits.h>
#include <stdio.h>

START_TEST(pinned_ids_win)
{
    open_with(POOL TRUST "uid_attribute = custom:uid\n[ids]\ns = 20002\n");
    const struct image_user *u = put(&(struct person){
        .sub = "s", .username = "alice", .attributes = { { "custom:uid", "20001" } } });
    ck_assert_uint_eq(u->uid, 20002);
    ck_assert_int_eq(u->origin, IMAGE_ID_PINNED);
    shut();
}
END_TEST

/* R-ID-02, R-ID-18: a pinned uid is its sub's, in both orders; who is bound keeps what he has. */
START_TEST(a_pinned_uid_is_kept_for_its_owner)
{
    static const char pins[] = POOL "[users]\nuid_attribute = dev:custom:uid\n[ids]\np = 2000\n";
    const struct person pinned = { .sub = "p", .username = "paula", .created_s = 9 };
    const struct person other = { .sub = "o",
                                  .username = "otto",
                                  .created_s = 1,
                                  .attributes = { { "dev:custom:uid", "2000" } } };
    for (int paula_is_first = 0; paula_is_first <= 1; paula_is_first++) {
        open_with(pins);
        if (paula_is_first)
            put(&pinned);
        put(&other);
        ck_assert_int_eq(image_settle(image), 0);
        ck_assert_ptr_nonnull(image_find_sub(image, "o")->quarantine);
        put(&pinned);
        ck_assert_int_eq(image_settle(image), 0);
        ck_assert_ptr_nonnull(image_find_sub(image, "o")->quarantine);
        ck_assert_uint_eq(image_find_login(image, "paula")->uid, 2000);
        shut();
    }
    open_with(pins); /* the uid was otto's before the line was written */
    ck_assert_int_eq(bindings_add(&bindings, "o", "otto", 2000, IMAGE_ID_ATTRIBUTE), 0);
    put(&pinned);
    put(&other);
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_uint_eq(image_find_login(image, "otto")->uid, 2000);
    ck_assert_ptr_null(image_find_login(image, "paula"));
    shut();
}
END_TEST

/* R-ID-02: in both orders and over a restart, told by nothing but what state.db keeps. */
START_TEST(the_bound_one_keeps_whoever_comes_first)
{
    static const struct person older = { .sub = "a", .username = "alice", .created_s = 1 };
    static const struct person younger = { .sub = "b", .username = "Alice", .created_s = 2 };
    for (int is_younger_bound = 0; is_younger_bound <= 1; is_younger_bound++) {
        for (int is_older_first = 0; is_older_first <= 1; is_older_first++) {
            open_with(POOL);
            put(is_younger_bound ? &younger : &older);
            ck_assert_int_eq(image_settle(image), 0);
            image_free(&image);
            ck_assert_int_eq(image_new(config, &bindings, 0, &image), 0);
            put(is_older_first ? &older : &younger);
            ck_assert_int_eq(image_settle(image), 0);
            put(is_older_first ? &younger : &older);
            ck_assert_int_eq(image_settle(image), 0);
            ck_assert_str_eq(image_find_login(image, "alice")->sub, is_younger_bound ? "b" : "a");
            ck_assert_ptr_nonnull(image_find_sub(image, is_younger_bound ? "a" : "b")->quarantine);
            shut();
        }
    }
}
END_TEST

/* R-ID-10: names that differ by case only. */
START_TEST(unbound_twins_stand_back_a_bound_one_keeps)
{
    open_with(POOL);
    struct image_user *a = put(&(struct person){ .sub = "a", .username = "alice", .created_s = 2 });
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_null(a->quarantine);
    ck_assert_ptr_nonnull(bindings_of_sub(&bindings, "a"));
    struct image_user *b = put(&(struct person){ .sub = "b", .username = "Alice", .created_s = 1 });
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_null(a->quarantine); /* younger, but bound */
    ck_assert_ptr_nonnull(b->quarantine);
    ck_assert_ptr_eq(image_find_login(image, "alice"), a);
    shut();
    open_with(POOL);
    a = put(&(struct person){ .sub = "a", .username = "alice", .created_s = 2 });
    b = put(&(struct person){ .sub = "b", .username = "Alice", .created_s = 1 });
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_nonnull(a->quarantine);
    ck_assert_ptr_nonnull(b->quarantine);
    ck_assert_ptr_null(image_find_login(image, "alice"));
    shut();
}
END_TEST

/* R-ID-10: a twin that loses its uid to somebody else is a twin all the same. */
START_TEST(names_are_settled_before_uids)
{
    open_with(POOL "[users]\nuid_attribute = dev:custom:uid\n[ids]\np = 2001\n");
    ck_assert_int_eq(bindings_add(&bindings, "x", "xaver", 2000, IMAGE_ID_ATTRIBUTE), 0);
    put(&(struct person){
        .sub = "a", .username = "alice", .attributes = { { "dev:custom:uid", "2000" } } });
    put(&(struct person){
        .sub = "b", .username = "Alice", .attributes = { { "dev:custom:uid", "2002" } } });
    put(&(struct person){
        .sub = "c", .username = "carl", .attributes = { { "dev:custom:uid", "2001" } } });
    put(&(struct person){
        .sub = "d", .username = "Carl", .attributes = { { "dev:custom:uid", "2003" } } });
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_null(image_find_login(image, "alice"));
    ck_assert_ptr_null(image_find_login(image, "carl"));
    shut();
}
END_TEST

/* R-ID-02, R-ID-10: one local part in two listed domains is one login name. */
START_TEST(one_name_in_two_domains_is_nobodys_until_bound)
{
    const struct person com = { .sub = "c",
                                .username = "uuid-1",
                                .created_s = 1,
                                .attributes = { { "email", "frank@example.com" },
                                                { "email_verified", "true" } } };
    const struct person org = { .sub = "o",
                                .username = "uuid-2",
                                .created_s = 2,
                                .attributes = { { "email", "Frank@example.org" },
                                                { "email_verified", "true" } } };
    static const char users[] =
        POOL "[users]\nlogin_name = email\nemail_domains = example.com\n  example.org\n";
    open_with(users);
    put(&com);
    put(&org);
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_null(image_find_login(image, "frank"));
    shut();
    open_with(users);
    put(&org);
    ck_assert_int_eq(image_settle(image), 0);
    put(&com);
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_str_eq(image_find_login(image, "frank")->sub, "o");
    shut();
}
END_TEST

/* R-ID-02: among unbound claimants of one uid the older account keeps it, nothing is rehashed. */
START_TEST(uid_collisions_quarantine_the_younger)
{
    open_with(POOL TRUST "uid_attribute = custom:uid\n");
    struct image_user *a = put(&(struct person){ .sub = "a",
                                                 .username = "alice",
                                                 .created_s = 2,
                                                 .attributes = { { "custom:uid", "2000" } } });
    struct image_user *b = put(&(struct person){ .sub = "b",
                                                 .username = "bob",
                                                 .created_s = 1,
                                                 .attributes = { { "custom:uid", "2000" } } });
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_nonnull(a->quarantine);
    ck_assert_ptr_null(b->quarantine);
    /* Now b is bound: an even older c does not take the id over. */
    struct image_user *c = put(&(struct person){ .sub = "c",
                                                 .username = "carl",
                                                 .created_s = 0,
                                                 .attributes = { { "custom:uid", "2000" } } });
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_nonnull(c->quarantine);
    ck_assert_ptr_null(b->quarantine);
    shut();
}
END_TEST

/* R-ID-04 */
START_TEST(a_bound_user_keeps_name_and_uid)
{
    open_with(POOL TRUST "uid_attribute = custom:uid\n");
    put(&(struct person){
        .sub = "a", .username = "alice", .attributes = { { "custom:uid", "2000" } } });
    ck_assert_int_eq(image_settle(image), 0);
    const struct image_user *u = put(&(struct person){ .sub = "a",
                                                       .username = "root2",
                                                       .attributes = { { "custom:uid", "3000" } },
                                                       .is_disabled = true });
    ck_assert_str_eq(u->login, "alice");
    ck_assert_uint_eq(u->uid, 2000);
    ck_assert(!u->is_enabled);
    ck_assert_ptr_nonnull(u->drift); /* said, not silently */
    u = put(&(struct person){
        .sub = "a", .username = "alice", .attributes = { { "custom:uid", "2000" } } });
    ck_assert_ptr_null(u->drift);
    /* Also when the attribute has become useless, and over a restart of everything but state. */
    image_free(&image);
    ck_assert_int_eq(image_new(config, &bindings, 0, &image), 0);
    u = put(&(struct person){ .sub = "a", .username = "root" });
    ck_assert_ptr_null(u->quarantine);
    ck_assert_str_eq(u->login, "alice");
    ck_assert_uint_eq(u->uid, 2000);
    shut();
}
END_TEST

/* R-ID-15, R-ID-02: who was deleted keeps name and uid, in both orders and over a restart. */
START_TEST(names_and_uids_are_never_given_away)
{
    open_with(POOL TRUST "uid_attribute = custom:uid\n");
    put(&(struct person){
        .sub = "old", .username = "alice", .attributes = { { "custom:uid", "2000" } } });
    ck_assert_int_eq(image_settle(image), 0);
    image_free(&image); /* deleted in the pool, and recreated */
    ck_assert_int_eq(image_new(config, &bindings, 0, &image), 0);
    const struct image_user *same_name = put(&(struct person){
        .sub = "new", .username = "alice", .attributes = { { "custom:uid", "2001" } } });
    const struct image_user *same_uid = put(&(struct person){
        .sub = "bob", .username = "bob", .attributes = { { "custom:uid", "2000" } } });
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_nonnull(same_name->quarantine);
    ck_assert_ptr_nonnull(same_uid->quarantine);
    ck_assert_ptr_null(image_find_login(image, "alice"));
    put(&(struct person){ .sub = "old", .username = "alice" }); /* it was no deletion after all */
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_str_eq(image_find_login(image, "alice")->sub, "old");
    shut();
}
END_TEST

/* R-ID-15: what an account that was made again has to become to be somebody here: a uid comes from
 * [ids], a name only from the pool. */
START_TEST(an_account_made_again_needs_another_name_and_uid)
{
    static const struct {
        const char *pin, *username, *why; /* NULL: here */
    } rows[] = {
        { "", "alice", "needs another name" },
        { "[ids]\nnew = 2001\n", "alice", "needs another name" },
        { "", "alice2", "[ids] gives" },
        { "[ids]\nnew = 2000\n", "alice2", "[ids] gives" },
        { "[ids]\nnew = 2001\n", "alice2", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256];
        snprintf(text, sizeof text, POOL TRUST "uid_attribute = custom:uid\n%s", rows[i].pin);
        open_with(text);
        ck_assert_int_eq(bindings_add(&bindings, "old", "alice", 2000, IMAGE_ID_ATTRIBUTE), 0);
        const struct image_user *u =
            put(&(struct person){ .sub = "new",
                                  .username = rows[i].username,
                                  .attributes = { { "custom:uid", "2000" } } });
        ck_assert_int_eq(image_settle(image), 0);
        if (rows[i].why == NULL)
            ck_assert_ptr_eq(image_find_login(image, "alice2"), u);
        else
            ck_assert_ptr_nonnull(strstr(u->quarantine, rows[i].why));
        shut();
    }
}
END_TEST

START_TEST(a_sweep_inherits_bindings_and_keeps_the_missing)
{
    struct image *old;
    open_with(POOL);
    struct image_group *g;
    struct image_user *a = put(&(struct person){ .sub = "a", .username = "alice" });
    put(&(struct person){ .sub = "b", .username = "bob" });
    ck_assert_int_eq(image_put_group(image, "devs", "", &g), 0);
    ck_assert_int_eq(image_join(image, a, g), 0);
    ck_assert_int_eq(image_settle(image), 0);
    old = image;
    ck_assert_int_eq(image_new(config, &bindings, old->serial, &image), 0);
    put(&(struct person){ .sub = "b", .username = "renamed" });
    ck_assert_int_eq(image_inherit(image, old, old->serial, true), 0);
    ck_assert_int_eq(image_settle(image), 0);
    image_free(&old);
    const struct image_user *kept = image_find_sub(image, "a");
    ck_assert_ptr_nonnull(kept);
    ck_assert_uint_eq(kept->group_count, 0);
    ck_assert_str_eq(image_find_sub(image, "b")->login, "bob");
    ck_assert_str_eq(image_find_sub(image, "b")->home, "/home/bob");
    shut();
}
END_TEST

/* R-ID-10: a twin that is gone from the pool blocks nobody. */
START_TEST(who_is_gone_and_was_never_bound_claims_nothing)
{
    struct image *old;
    open_with(POOL);
    put(&(struct person){ .sub = "a", .username = "alice" });
    put(&(struct person){ .sub = "b", .username = "Alice" });
    ck_assert_int_eq(image_settle(image), 0);
    old = image;
    ck_assert_int_eq(image_new(config, &bindings, old->serial, &image), 0);
    put(&(struct person){ .sub = "a", .username = "alice" });
    ck_assert_int_eq(image_inherit(image, old, old->serial, true), 0);
    image_free(&old);
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert_ptr_null(image_find_sub(image, "b"));
    ck_assert_str_eq(image_find_login(image, "alice")->sub, "a");
    shut();
}
END_TEST

/* A login or a look-up while a sweep runs knows better than a page that was listed before. */
START_TEST(a_sweep_keeps_what_changed_while_it_ran)
{
    struct image *old;
    struct image_group *g;
    open_with(POOL);
    struct image_user *a = put(&(struct person){ .sub = "a", .username = "alice" });
    put(&(struct person){ .sub = "gone", .username = "gone" });
    ck_assert_int_eq(image_settle(image), 0);
    uint64_t since = image->serial;
    old = image;
    ck_assert_int_eq(image_new(config, &bindings, since, &image), 0);
    put(&(struct person){ .sub = "a", .username = "alice", .is_disabled = true });
    /* meanwhile, in the image in use */
    ck_assert_int_eq(image_put_group(old, "devs", "gid=3000", &g), 0);
    ck_assert_int_eq(image_join(old, a, g), 0);
    struct image_person person =
        person_of(&(struct person){ .sub = "new", .username = "newcomer" });
    ck_assert_int_eq(image_put_user(old, &person, NULL), 0);
    ck_assert_int_eq(image_inherit(image, old, since, false), 0);
    ck_assert_uint_ge(image->serial, old->serial);
    image_free(&old);
    const struct image_user *u = image_find_sub(image, "a");
    ck_assert(u->is_enabled && image_is_member(u, "devs"));
    ck_assert_uint_eq(u->groups[0]->gid, 3000); /* R-ID-18: only the old image knew it */
    ck_assert_ptr_nonnull(image_find_sub(image, "new"));
    ck_assert_ptr_null(image_find_sub(image, "gone"));
    shut();
}
END_TEST

/* A look-up binds m, in the image in use, while a sweep runs whose page said something else of him.
 */
static const struct image_user *bind_behind_a_page(const struct person *page,
                                                   const struct person *now)
{
    struct image *old = image;
    struct image_person person = person_of(now);
    uint64_t since = old->serial;
    ck_assert_int_eq(image_new(config, &bindings, since, &image), 0);
    put(page);
    ck_assert_int_eq(image_put_user(old, &person, NULL), 0);
    ck_assert_int_eq(image_settle(old), 0);
    ck_assert_int_eq(image_inherit(image, old, since, true), 0);
    ck_assert_int_eq(image_settle(image), 0);
    image_free(&old);
    return image_find_sub(image, "m");
}

/* R-ID-02, R-ID-15: neither the uid nor the name of the bound one who is away changes hands. */
START_TEST(a_page_older_than_a_binding_gives_nothing_away)
{
    open_with(POOL TRUST "uid_attribute = custom:uid\n");
    ck_assert_int_eq(bindings_add(&bindings, "n", "nina", 20001, IMAGE_ID_ATTRIBUTE), 0);
    const struct image_user *m = bind_behind_a_page(
        &(struct person){
            .sub = "m", .username = "newhire", .attributes = { { "custom:uid", "20001" } } },
        &(struct person){
            .sub = "m", .username = "mallory", .attributes = { { "custom:uid", "20002" } } });
    ck_assert_str_eq(m->login, "mallory");
    ck_assert_uint_eq(m->uid, 20002);
    ck_assert_str_eq(m->home, "/home/mallory");
    ck_assert_ptr_null(m->quarantine);
    ck_assert_ptr_eq(image_binding(image, m), bindings_of_sub(&bindings, "m"));
    shut();
    open_with(POOL);
    ck_assert_int_eq(bindings_add(&bindings, "a", "alice", 20001, IMAGE_ID_HASH), 0);
    m = bind_behind_a_page(&(struct person){ .sub = "m", .username = "alice" },
                           &(struct person){ .sub = "m", .username = "mallory" });
    ck_assert_str_eq(m->login, "mallory");
    ck_assert_str_eq(m->home, "/home/mallory");
    ck_assert_ptr_nonnull(m->drift);
    ck_assert_ptr_null(image_find_login(image, "alice"));
    ck_assert_ptr_eq(image_find_login(image, "mallory"), m);
    shut();
}
END_TEST

/* What an attribute says of the home is nothing of the login name's. */
START_TEST(a_home_given_stays_when_the_name_follows)
{
    open_with(POOL TRUST "home_attribute = custom:home\n");
    const struct image_user *m = bind_behind_a_page(
        &(struct person){
            .sub = "m", .username = "newhire", .attributes = { { "custom:home", "/home/m" } } },
        &(struct person){ .sub = "m", .username = "mallory" });
    ck_assert_str_eq(m->login, "mallory");
    ck_assert_str_eq(m->home, "/home/m");
    shut();
}
END_TEST

/* R-ID-10 */
START_TEST(group_twins_all_stand_back)
{
    struct image_group *a, *b, *c, *d;
    open_with(POOL);
    ck_assert_int_eq(image_put_group(image, "devs", "", &a), 0);
    ck_assert_int_eq(image_put_group(image, "Devs", "", &b), 0);
    ck_assert_int_eq(image_put_group(image, "x", "gid=3000", &c), 0);
    ck_assert_int_eq(image_put_group(image, "y", "gid=3000", &d), 0);
    ck_assert_int_eq(image_settle(image), 0);
    ck_assert(a->quarantine != NULL && b->quarantine != NULL);
    ck_assert(c->quarantine != NULL && d->quarantine != NULL);
    shut();
}
END_TEST

START_TEST(many_users_are_found_by_sub)
{
    char sub[32], name[32];
    open_with(POOL);
    for (int i = 0; i < 3000; i++) {
        snprintf(sub, sizeof sub, "sub-%d", i);
        snprintf(name, sizeof name, "user%d", i);
        put(&(struct person){ .sub = sub, .username = name });
    }
    ck_assert_uint_eq(image->user_count, 3000);
    ck_assert_str_eq(image_find_sub(image, "sub-2999")->login, "user2999");
    ck_assert_ptr_null(image_find_sub(image, "sub-3000"));
    struct image_person bad = {
        .sub = "", .username = "x", .status = "", .attribute = person_attribute
    };
    ck_assert_int_eq(image_put_user(image, &bad, NULL), ERR_FORMAT);
    shut();
}
END_TEST

SUITE("identity", pinned_ids_win, names_are_settled_before_uids,
      one_name_in_two_domains_is_nobodys_until_bound, a_pinned_uid_is_kept_for_its_owner,
      the_bound_one_keeps_whoever_comes_first, who_is_gone_and_was_never_bound_claims_nothing,
      unbound_twins_stand_back_a_bound_one_keeps, uid_collisions_quarantine_the_younger,
      a_bound_user_keeps_name_and_uid, names_and_uids_are_never_given_away,
      an_account_made_again_needs_another_name_and_uid,
      a_sweep_inherits_bindings_and_keeps_the_missing, a_sweep_keeps_what_changed_while_it_ran,
      a_page_older_than_a_binding_gives_nothing_away, a_home_given_stays_when_the_name_follows,
      group_twins_all_stand_back, many_users_are_found_by_sub)
