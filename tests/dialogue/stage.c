/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/stage.h"

#include "contract/pam_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct play *play;
static volatile size_t *at;

void stage_open(const struct play *p)
{
    void *shared =
        mmap(NULL, sizeof *at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        world_fail("no shared memory");
    at = shared;
    play = p;
}

const struct story_line *stage_next(void)
{
    return *at < play->count ? &play->lines[*at] : NULL;
}

bool stage_is_over(void)
{
    return stage_next() == NULL;
}

const struct story_line *stage_take(enum line_kind kind, const char *what)
{
    const struct story_line *line = stage_next();
    if (line == NULL || line->kind != kind)
        stage_fail("it is not the turn of %s", what);
    ++*at;
    return line;
}

void stage_fail(const char *format, ...)
{
    const struct story_line *line = &play->lines[*at > 0 ? *at - 1 : 0], *next = stage_next();
    va_list args;
    va_start(args, format);
    vdprintf(STDOUT_FILENO, format, args);
    va_end(args);
    dprintf(STDOUT_FILENO, "\n    %s:%u: %s\n", line->file, line->number, line->text);
    if (next != NULL)
        dprintf(STDOUT_FILENO, "    next: %s:%u: %s\n", next->file, next->number, next->text);
    _exit(1);
}
