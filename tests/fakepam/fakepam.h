/* SPDX-License-Identifier: Apache-2.0
 *
 * A libpam of our own, linked in its place together with the modules: <security/pam_appl.h> for the
 * program, <security/pam_modules.h> and <security/pam_ext.h> for them, stacks from service files.
 * It behaves as the real one as far as programs can see, shows what that one hides, keeps the
 * modules to the rules, and can fail on purpose. Items, data and faults are in items.c, stacks in
 * stack.c.
 */
#ifndef FAKEPAM_FAKEPAM_H
#define FAKEPAM_FAKEPAM_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stddef.h>

#define FAKEPAM_ITEMS   16
#define FAKEPAM_MODULES 32
#define FAKEPAM_ARGS    16

enum fakepam_entry {
    FAKEPAM_AUTH,
    FAKEPAM_SETCRED,
    FAKEPAM_ACCOUNT,
    FAKEPAM_OPEN,
    FAKEPAM_CLOSE,
    FAKEPAM_PASSWORD,
    FAKEPAM_ENTRIES
};

struct fakepam_module {
    const char *file; /* in a service file, without its folder */
    int (*entry[FAKEPAM_ENTRIES])(pam_handle_t *handle, int flags, int argc, const char **argv);
};

/* The modules there are, NULL behind the last: the program's to define. */
extern const struct fakepam_module *const fakepam_modules[];

/* One line of a service file. */
struct fakepam_line {
    char type[16], control[128];
    const struct fakepam_module *module;
    char text[4096]; /* the arguments, cut apart */
    int argc;
    const char *argv[FAKEPAM_ARGS];
};

struct pam_handle {
    char *items[FAKEPAM_ITEMS]; /* text */
    struct pam_conv conv;
    void (*on_delay)(int code, unsigned usec, void *arg);
    unsigned delay_usec; /* asked for and not yet held */
    struct fakepam_data {
        struct fakepam_data *next;
        char *name;
        void *value;
        void (*cleanup)(pam_handle_t *handle, void *value, int status);
    } * data;
    struct fakepam_line lines[FAKEPAM_MODULES];
    size_t count;
    const struct fakepam_line *running; /* NULL: the program's turn */
    const char *phase;                  /* as the log calls it */
    /* What modules other than the test's own did so far. */
    unsigned set_items; /* one bit an item type */
    unsigned env_changes, data_set;
};

/* The nth call of a module into libpam (from 1) fails with that code; those that return nothing are
 * not counted. 0: none. Holds for all handles. */
void fakepam_fail_at(unsigned nth, int code);
/* How many such calls there were since then. */
unsigned fakepam_calls(void);

/* The item as a module sees it; NULL when it is not set. */
const char *fakepam_item(const pam_handle_t *handle, int type);

#endif
