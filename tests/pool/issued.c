/* SPDX-License-Identifier: Apache-2.0 */
/* The secrets that were handed out; see issued.h. */
#include "issued.h"

#include <stdio.h>
#include <stdlib.h>

#include "bytes.h"

void issued_note(struct issued *list, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    if (list->count == list->room) {
        list->room = list->room == 0 ? 64 : 2 * list->room;
        list->texts = bytes_grow(list->texts, list->room, sizeof *list->texts);
    }
    list->texts[list->count++] = bytes_copy(text);
}

char *issued_text(const struct issued *list)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (f == NULL)
        return bytes_copy("");
    for (size_t i = 0; i < list->count; i++)
        fprintf(f, "%s\n", list->texts[i]);
    fclose(f);
    return text;
}

void issued_free(struct issued *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->texts[i]);
    free(list->texts);
    *list = (struct issued){ 0 };
}
