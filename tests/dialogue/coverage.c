/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/coverage.h"

#include "contract/pam_world.h"

#include "cognito/auth.h"
#include "cognito/challenge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHALLENGES_MAX 32

static const char *const outcomes[] = { "right", "wrong", "expired", "cancelled", "fault" };
static const char letters[] = "rwxcf";

static struct {
    struct script *matrix;
    const struct script *flows;
    const struct section *meets, *ends;
    unsigned told[STORY_FLOWS][CHALLENGES_MAX][COUNT(outcomes)];
} coverage;

/* "NAME: word word" and a word: is it in the list behind the name? */
static bool row_has(const char *row, const char *word)
{
    char text[1024];
    world_format(text, sizeof text, "%s", row);
    char *save = NULL;
    (void)strtok_r(text, " ", &save);
    for (char *w = strtok_r(NULL, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
        if (strcmp(w, word) == 0)
            return true;
    return false;
}

static void row_name(const char *row, char ret_name[64])
{
    world_format(ret_name, 64, "%.*s", (int)strcspn(row, " "), row);
}

static bool meets(const struct section *flow, const char *challenge)
{
    char name[64];
    for (size_t i = 0; i < coverage.meets->count; i++) {
        row_name(coverage.meets->lines[i].text, name);
        if (story_flow_is(flow, name) && row_has(coverage.meets->lines[i].text, challenge))
            return true;
    }
    return false;
}

/* The name of a row of [ends], and the word behind its slash: "" says how the challenge ends in
 * flows that have no row of their own. */
static void end_name(size_t row, char ret_name[64], char ret_word[64])
{
    char text[64];
    row_name(coverage.ends->lines[row].text, text);
    size_t n = strcspn(text, "/");
    world_format(ret_name, 64, "%.*s", (int)n, text);
    world_format(ret_word, 64, "%s", text + n + (text[n] == '/'));
}

/* flow NULL: in any. */
static size_t row_of(const struct section *flow, const char *challenge)
{
    char name[64], word[64];
    size_t found = coverage.ends->count;
    for (size_t i = 0; i < coverage.ends->count; i++) {
        end_name(i, name, word);
        if (strcmp(name, challenge) != 0)
            continue;
        if (word[0] == '\0')
            found = i;
        else if (flow != NULL && story_flow_is(flow, word))
            return i;
    }
    if (found == coverage.ends->count)
        world_fail("the matrix does not say how %s can end", challenge);
    return found;
}

static bool can_be(size_t flow, size_t challenge, size_t outcome)
{
    char name[64], word[64];
    const struct section *s = &coverage.flows->sections[flow];
    end_name(challenge, name, word);
    return row_has(coverage.ends->lines[challenge].text, outcomes[outcome]) && meets(s, name) &&
           row_of(s, name) == challenge;
}

/* The product's tables and ours name the same. */
static void check_names(void)
{
    size_t count;
    const struct challenge *rows = challenge_table(&count);
    bool has_flow[AUTH_FLOWS] = { false };
    for (size_t i = 0; i < count; i++)
        (void)row_of(NULL, rows[i].name);
    for (size_t i = 0; i < coverage.flows->count; i++) {
        const struct section *flow = &coverage.flows->sections[i];
        for (size_t k = 0; k < flow->count; k++) {
            const char *value = strstr(flow->lines[k].text, "login.auth_flow = ");
            int at = value == NULL ? -1 : auth_flow_find(value + strlen("login.auth_flow = "));
            if (at >= 0)
                has_flow[at] = true;
        }
    }
    for (size_t i = 0; i < AUTH_FLOWS; i++)
        if (!has_flow[i])
            world_fail("flows.txt lacks flow number %zu of cognito/auth.h", i);
}

void coverage_open(const char *folder, const struct stories *stories)
{
    char path[1024];
    memset(&coverage, 0, sizeof coverage);
    world_format(path, sizeof path, "%s/matrix.txt", folder);
    coverage.matrix = script_read(path);
    coverage.flows = stories->flows;
    for (size_t i = 0; i < coverage.matrix->count; i++) {
        const struct section *s = &coverage.matrix->sections[i];
        if (strcmp(s->kind, "meets") == 0)
            coverage.meets = s;
        else if (strcmp(s->kind, "ends") == 0)
            coverage.ends = s;
    }
    if (coverage.meets == NULL || coverage.ends == NULL || coverage.ends->count > CHALLENGES_MAX ||
        coverage.flows->count > STORY_FLOWS)
        world_fail("%s lacks [meets] or [ends], or has too many rows", path);
    check_names();
}

static size_t flow_at(const char *name)
{
    size_t i = 0;
    while (i < coverage.flows->count && strcmp(coverage.flows->sections[i].name, name) != 0)
        i++;
    return i;
}

void coverage_note(const struct play *play)
{
    size_t flow = flow_at(play->flow);
    size_t challenge = row_of(&coverage.flows->sections[flow], play->challenge);
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        if (strcmp(outcomes[i], play->outcome) != 0)
            continue;
        if (!can_be(flow, challenge, i))
            world_fail("the matrix has no %s x %s x %s", play->flow, play->challenge,
                       play->outcome);
        coverage.told[flow][challenge][i]++;
        return;
    }
    world_fail("%s: \"%s\" begins with no outcome", play->challenge, play->title);
}

/* One letter an outcome; a dash where nobody has told how it goes. */
static void print_cell(size_t flow, size_t challenge, size_t *cells, size_t *missing)
{
    char text[COUNT(outcomes) + 1] = "";
    size_t n = 0;
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        if (!can_be(flow, challenge, i))
            continue;
        bool is_told = coverage.told[flow][challenge][i] > 0;
        text[n++] = is_told ? letters[i] : '-';
        ++*cells;
        *missing += !is_told;
    }
    text[n] = '\0';
    printf(" %-6s", n == 0 ? "." : text);
}

size_t coverage_print(void)
{
    size_t cells = 0, missing = 0;
    char name[64];
    for (size_t i = 0; i < coverage.flows->count; i++)
        printf("%2zu %s\n", i + 1, coverage.flows->sections[i].name);
    printf("%-25s", "right wrong eXpired");
    for (size_t i = 0; i < coverage.flows->count; i++)
        printf(" %-6zu", i + 1);
    printf("\ncancelled fault\n");
    for (size_t c = 0; c < coverage.ends->count; c++) {
        row_name(coverage.ends->lines[c].text, name);
        printf("%-25s", name);
        for (size_t f = 0; f < coverage.flows->count; f++)
            print_cell(f, c, &cells, &missing);
        putchar('\n');
    }
    printf("flow x challenge x outcome: %zu cells, %zu without a story (-)\n", cells, missing);
    return missing;
}

void coverage_close(void)
{
    script_free(&coverage.matrix);
}
