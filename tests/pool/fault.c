/* SPDX-License-Identifier: Apache-2.0 */
/* Faults and latency on demand; see fault.h. */
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "model.h"

static const char *const kind_names[] = {
    [FAULT_REPLY] = "reply",
    [FAULT_CLOSE] = "close",
    [FAULT_LOST] = "lost",
    [FAULT_CUT] = "cut",
    [FAULT_HANG] = "hang",
    [FAULT_TRICKLE] = "trickle",
    [FAULT_EMPTY_PAGE] = "empty-page",
    [FAULT_LATENCY] = "latency",
};

bool fault_kind_parse(const char *text, enum fault_kind *ret)
{
    for (size_t i = 0; i < COUNT(kind_names); i++) {
        if (strcmp(text, kind_names[i]) == 0) {
            *ret = (enum fault_kind)i;
            return true;
        }
    }
    return false;
}

void fault_add(struct world *w, const struct fault *f)
{
    struct fault **at = &w->faults;
    while (*at != NULL)
        at = &(*at)->next;
    *at = bytes_grow(NULL, 1, sizeof **at);
    **at = *f;
    (*at)->next = NULL;
}

/* "*" is every operation of the service; metadata and containers' keys must be named. */
static bool is_for(const struct fault *f, const char *operation)
{
    bool is_any = strcmp(f->operation, "*") == 0 && strcmp(operation, "IMDS") != 0 &&
                  strcmp(operation, "CONTAINER") != 0;
    return is_any || strcmp(f->operation, operation) == 0;
}

bool fault_take(struct world *w, const char *operation, struct fault *ret_f)
{
    for (struct fault **at = &w->faults; *at != NULL; at = &(*at)->next) {
        struct fault *f = *at;
        if (f->kind == FAULT_LATENCY || !is_for(f, operation))
            continue;
        *ret_f = *f;
        if (f->left > 0 && --f->left == 0) {
            *at = f->next;
            free(f);
            return true;
        }
        ret_f->type = bytes_copy(f->type);
        ret_f->message = bytes_copy(f->message);
        ret_f->content_type = bytes_copy(f->content_type);
        ret_f->location = bytes_copy(f->location);
        if (f->body != NULL) {
            ret_f->body = bytes_grow(NULL, f->body_n, 1);
            memcpy(ret_f->body, f->body, f->body_n);
        }
        return true;
    }
    return false;
}

void fault_drop(struct fault *f)
{
    free(f->type);
    free(f->message);
    free(f->content_type);
    free(f->location);
    free(f->body);
    *f = (struct fault){ 0 };
}

int64_t fault_latency_ms(const struct world *w, const char *operation)
{
    int64_t ms = 0;
    for (const struct fault *f = w->faults; f != NULL; f = f->next) {
        if (f->kind == FAULT_LATENCY && is_for(f, operation) &&
            (ms == 0 || strcmp(f->operation, "*") != 0))
            ms = f->delay_ms;
    }
    return ms;
}

void fault_set_latency(struct world *w, const char *operation, int64_t ms)
{
    for (struct fault **at = &w->faults; *at != NULL;) {
        struct fault *f = *at;
        if (f->kind == FAULT_LATENCY && strcmp(f->operation, operation) == 0) {
            *at = f->next;
            free(f);
        } else {
            at = &f->next;
        }
    }
    struct fault f = { .kind = FAULT_LATENCY, .left = -1, .delay_ms = ms };
    snprintf(f.operation, sizeof f.operation, "%s", operation);
    fault_add(w, &f);
}

void fault_clear(struct world *w)
{
    while (w->faults != NULL) {
        struct fault *f = w->faults;
        w->faults = f->next;
        fault_drop(f);
        free(f);
    }
}
