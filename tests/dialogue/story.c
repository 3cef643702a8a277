/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/story.h"

#include "contract/pam_lex.h"
#include "contract/pam_world.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct lex lex;

static bool begins(const char *line, const char *word)
{
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

static bool is_prompt(const char *line)
{
    return begins(line, "off") || begins(line, "on") || begins(line, "info") ||
           begins(line, "error");
}

static bool has_word(const char *list, const char *word)
{
    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (strlen(word) == n && strncmp(at, word, n) == 0)
            return true;
        at += n;
    }
    return false;
}

bool story_flow_is(const struct section *flow, const char *word)
{
    return strcmp(flow->name, word) == 0 || has_word(flow->tail, word);
}

void story_load(const char *folder, struct stories *ret_stories)
{
    char path[1024];
    glob_t found = { 0 };
    memset(ret_stories, 0, sizeof *ret_stories);
    world_format(path, sizeof path, "%s/flows.txt", folder);
    ret_stories->flows = script_read(path);
    world_format(path, sizeof path, "%s/*.dlg", folder);
    if (glob(path, 0, NULL, &found) != 0 || found.gl_pathc > STORY_FILES)
        world_fail("no stories, or too many: %s", path);
    for (size_t i = 0; i < found.gl_pathc; i++)
        ret_stories->files[ret_stories->count++] = script_read(found.gl_pathv[i]);
    globfree(&found);
}

void story_free(struct stories *stories)
{
    script_free(&stories->flows);
    for (size_t i = 0; i < stories->count; i++)
        script_free(&stories->files[i]);
}

/* --- one play --------------------------------------------------------------------------------- */

static enum line_kind kind_of(const char *text)
{
    if (begins(text, "="))
        return LINE_END;
    if (is_prompt(text))
        return LINE_ASK;
    bool is_entry = begins(text, "acct_mgmt") || begins(text, "setcred") ||
                    begins(text, "open_session") || begins(text, "close_session");
    return is_entry ? LINE_THEN : LINE_CALL;
}

static void add(struct play *p, const struct script *file, const struct script_line *line,
                const char *head, const char *tail)
{
    if (p->count == STORY_LINES)
        world_fail("%s:%u: the dialogue is too long", file->file, line->number);
    struct story_line *to = &p->lines[p->count++];
    size_t size = strlen(head) + strlen(tail) + 1;
    to->text = malloc(size);
    world_format(to->text, size, "%s%s", head, tail);
    to->kind = kind_of(to->text);
    to->file = file->file;
    to->number = line->number;
}

/* `login.auth_flow = X` becomes a section with one key. */
static void add_config(struct play *p, const char *line)
{
    size_t n = strlen(p->policy);
    const char *dot = strchr(line, '.');
    if (dot == NULL || strchr(dot, '=') == NULL)
        world_fail("no section.key = value: %s", line);
    world_format(p->policy + n, sizeof p->policy - n, "[%.*s]\n%s\n", (int)(dot - line), line,
                 dot + 1);
}

static void take_device(struct play *p)
{
    (void)lex_next(&lex);
    if (lex_is(&lex, "remembered"))
        p->device.is_remembered = p->device.is_left = true;
    else if (lex_is(&lex, "unnamed"))
        p->device.is_unnamed = true;
    else if (lex_is(&lex, "kept"))
        p->device.is_left = true;
    else if (lex_is(&lex, "gone"))
        p->device.is_left = false;
    else
        world_fail("a device is not %s", lex.text);
}

/* What a flow or a case says about its surroundings; false: it is a line of the dialogue. */
static bool take_setting(struct play *p, const char *line)
{
    lex_begin(&lex, line);
    (void)lex_next(&lex);
    if (lex_is(&lex, "config")) {
        add_config(p, lex.at + strspn(lex.at, " "));
    } else if (lex_is(&lex, "client")) { /* client without secret */
        lex_expect(&lex, "without");
        lex_expect(&lex, "secret");
        p->has_secret = false;
    } else if (lex_is(&lex, "password")) {
        (void)lex_next(&lex);
        world_format(p->password, sizeof p->password, "%s", lex.text);
    } else if (lex_is(&lex, "behind")) {
        (void)lex_next(&lex);
        world_format(p->behind, sizeof p->behind, "%s", lex.text);
    } else if (lex_is(&lex, "status")) {
        (void)lex_next(&lex);
        world_format(p->status, sizeof p->status, "%s", lex.text);
    } else if (lex_is(&lex, "device")) {
        take_device(p);
    } else if (lex_is(&lex, "entry")) {
        lex_expect(&lex, "chauthtok");
        p->is_change = true;
    } else if (lex_is(&lex, "log") && p->log_count < 8) {
        p->logs[p->log_count++] = lex.at;
    } else if (lex_is(&lex, "syslog") && p->syslog_count < 8) {
        p->syslogs[p->syslog_count++] = lex.at;
    } else {
        return false;
    }
    return true;
}

static bool is_setting(const char *line)
{
    static const char *const words[] = { "config", "client", "password", "behind", "status",
                                         "device", "entry",  "log",      "syslog" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (begins(line, words[i]))
            return true;
    return false;
}

/* The flow's lines, with what the case has the pool say where the flow says `-> story`, or, when
 * only_first, in the reply to the first request, behind which nothing is left. */
static void add_flow(struct play *p, const struct script *flows, const struct section *flow,
                     const char *reply, bool with_prompts, bool only_first)
{
    for (size_t i = 0; i < flow->count; i++) {
        const struct script_line *line = &flow->lines[i];
        if (is_setting(line->text) || (is_prompt(line->text) && !with_prompts))
            continue;
        const char *arrow = strstr(line->text, "-> ");
        bool is_call = kind_of(line->text) == LINE_CALL;
        bool is_here = is_call && arrow != NULL && (only_first || strcmp(arrow, "-> story") == 0);
        if (!is_here) {
            add(p, flows, line, line->text, "");
            continue;
        }
        char head[1024];
        world_format(head, sizeof head, "%.*s", (int)(arrow - line->text), line->text);
        add(p, flows, line, head, reply);
        return;
    }
    world_fail("%s:%u: the flow has no place for a story", flows->file, flow->number);
}

static void add_case_line(struct play *p, const struct script *flows, const struct section *flow,
                          const struct script *file, const struct script_line *line)
{
    bool is_begin = begins(line->text, "begin"), is_again = begins(line->text, "again");
    const char *arrow = strstr(line->text, "->");
    if (take_setting(p, line->text))
        return;
    if (arrow == line->text)
        add_flow(p, flows, flow, arrow, true, false);
    else if ((is_begin || is_again) && arrow != NULL)
        add_flow(p, flows, flow, arrow, is_begin, is_begin);
    else
        add(p, file, line, line->text, "");
}

static void compose(struct play *p, const struct script *flows, const struct section *flow,
                    const struct script *file, const struct section *story,
                    const struct section *one)
{
    memset(p, 0, sizeof *p);
    p->flow = flow->name;
    p->challenge = story->name;
    p->title = one->name;
    p->has_secret = true;
    p->is_public = has_word(flow->tail, "public");
    world_format(p->outcome, sizeof p->outcome, "%.*s", (int)strcspn(one->name, ",: "), one->name);
    world_format(p->password, sizeof p->password, "%s", STORY_PASSWORD);
    world_format(p->status, sizeof p->status, "CONFIRMED");
    add_config(p, "access.allow_groups = devs");
    add_config(p, "access.stale_limit = 0");
    add_config(p, p->is_public ? "login.api = public" : "login.api = admin");
    for (size_t i = 0; i < flow->count; i++)
        (void)take_setting(p, flow->lines[i].text);
    for (size_t i = 0; i < one->count; i++)
        add_case_line(p, flows, flow, file, &one->lines[i]);
    bool has_end = false;
    for (size_t i = 0; i < p->count; i++)
        has_end = has_end || p->lines[i].kind == LINE_END;
    if (!has_end)
        world_fail("%s:%u: the case has no end", file->file, one->number);
}

static bool is_told_of(const struct section *story, const struct section *flow)
{
    char words[512];
    world_format(words, sizeof words, "%s", story->tail);
    for (char *save = NULL, *w = strtok_r(words, " ", &save); w != NULL;
         w = strtok_r(NULL, " ", &save))
        if (story_flow_is(flow, w))
            return true;
    return false;
}

static void visit_case(const struct stories *s, const struct script *file,
                       const struct section *story, const struct section *one,
                       void (*visit)(const struct play *play, void *arg), void *arg)
{
    static struct play play;
    for (size_t i = 0; i < s->flows->count; i++) {
        const struct section *flow = &s->flows->sections[i];
        if (!is_told_of(story, flow))
            continue;
        compose(&play, s->flows, flow, file, story, one);
        visit(&play, arg);
        for (size_t k = 0; k < play.count; k++)
            free(play.lines[k].text);
    }
}

void story_each(const struct stories *stories, void (*visit)(const struct play *play, void *arg),
                void *arg)
{
    for (size_t i = 0; i < stories->count; i++) {
        const struct script *file = stories->files[i];
        const struct section *story = NULL;
        for (size_t k = 0; k < file->count; k++) {
            const struct section *at = &file->sections[k];
            if (strcmp(at->kind, "story") == 0)
                story = at;
            else if (strcmp(at->kind, "case") == 0 && story != NULL)
                visit_case(stories, file, story, at, visit, arg);
            else
                world_fail("%s:%u: neither a story nor a case of one", file->file, at->number);
        }
    }
}
