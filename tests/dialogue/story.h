/* SPDX-License-Identifier: Apache-2.0
 *
 * From texts to dialogues that can be played: flows (how a login begins), stories (how a challenge
 * goes on, case by case), and their product: each case of a story once for each flow that the story
 * names. README.md has the grammar. Playing belongs to house.h and guest.h.
 */
#ifndef DIALOGUE_STORY_H
#define DIALOGUE_STORY_H

#include "dialogue/script.h"

#include <stdbool.h>

#define STORY_FLOWS 24
#define STORY_FILES 32
#define STORY_LINES 96
#define STORY_PASSWORD                                                                             \
    "Corr3ct-Horse!" /* the right one; $password unless a case says otherwise                      \
                      */

enum line_kind {
    LINE_ASK,  /* off, on, info, error: the module shows or asks something */
    LINE_CALL, /* a request to the pool and its reply */
    LINE_END,  /* `= CODE reason`: the login is over */
    LINE_THEN  /* acct_mgmt = CODE, and other entry points */
};

struct story_line {
    enum line_kind kind;
    char *text;
    const char *file;
    unsigned number;
};

/* One dialogue: a case under a flow. */
struct play {
    const char *flow, *challenge, *title;
    char outcome[16];  /* the title's first word */
    char policy[2048]; /* configuration behind [pool] */
    char password[256];
    char behind[16]; /* typed with it, in one answer */
    char status[64]; /* the pool's word for the user's account */
    bool is_public, has_secret;
    bool is_change; /* pam_chauthtok() instead of pam_authenticate() */
    struct {
        bool is_remembered; /* this host is a device of the user before the login */
        bool is_unnamed;    /* and must not say so */
        bool is_left;       /* it is one afterwards */
    } device;
    struct story_line lines[STORY_LINES];
    size_t count;
    const char *logs[8], *syslogs[8]; /* has "..." or none "..." */
    size_t log_count, syslog_count;
};

struct stories {
    struct script *flows;
    struct script *files[STORY_FILES];
    size_t count;
};

/* flows.txt and every *.dlg in that folder. Ends the program on bad text, as everything here. */
void story_load(const char *folder, struct stories *ret_stories);
void story_free(struct stories *stories);

/* Calls visit for each dialogue, in order; the play is gone when it returns. */
void story_each(const struct stories *stories, void (*visit)(const struct play *play, void *arg),
                void *arg);

/* Has the flow that name or that word behind its name? */
bool story_flow_is(const struct section *flow, const char *word);

#endif
