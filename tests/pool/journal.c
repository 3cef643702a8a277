/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and the last requests; see journal.h. One line per request, blank-separated k=v. */
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

struct journal *journal_new(void)
{
    struct journal *j = bytes_grow(NULL, 1, sizeof *j);
    memset(j, 0, sizeof *j);
    return j;
}

void journal_reset(struct journal *j)
{
    for (struct journal_count *c = j->counts, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    for (size_t i = 0; i < JOURNAL_LINES; i++)
        free(j->lines[i]);
    memset(j, 0, sizeof *j);
}

void journal_free(struct journal **jp)
{
    if (*jp == NULL)
        return;
    journal_reset(*jp);
    free(*jp);
    *jp = NULL;
}

static struct journal_count *counter(struct journal *j, const char *name)
{
    struct journal_count **at = &j->counts;
    while (*at != NULL && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    if (*at == NULL) {
        *at = bytes_grow(NULL, 1, sizeof **at);
        **at = (struct journal_count){ 0 };
        snprintf((*at)->name, sizeof(*at)->name, "%s", name);
    }
    return *at;
}

/* Names come from the client: what could break the line is shown as '?'. */
static void clean(char *s)
{
    for (; *s != '\0'; s++) {
        if ((unsigned char)*s <= ' ' || *s == 0x7f)
            *s = '?';
    }
}

void journal_add(struct journal *j, const struct journal_entry *e)
{
    struct journal_count *c = counter(j, e->operation);
    c->requests++;
    c->errors += e->status != 200;
    c->answer_us += e->answer_us;
    char *user = bytes_copy(e->user != NULL ? e->user : "-");
    clean(user);
    char **slot = &j->lines[j->line_count++ % JOURNAL_LINES];
    free(*slot);
    *slot = bytes_format("%lld.%03d %s status=%u error=%s by=%s user=%s us=%llu",
                         (long long)(e->now_ms / 1000), (int)(e->now_ms % 1000), c->name, e->status,
                         e->error != NULL ? e->error : "-", e->who != NULL ? e->who : "-", user,
                         (unsigned long long)e->answer_us);
    free(user);
}

char *journal_text(const struct journal *j)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (f == NULL)
        return bytes_copy("");
    uint64_t first = j->line_count > JOURNAL_LINES ? j->line_count - JOURNAL_LINES : 0;
    for (uint64_t i = first; i < j->line_count; i++)
        fprintf(f, "%s\n", j->lines[i % JOURNAL_LINES]);
    fclose(f);
    return text;
}
