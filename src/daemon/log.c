/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/log.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum config_level threshold = CONFIG_LOG_INFO;

void log_level(enum config_level level)
{
    threshold = level;
}

/* One write(2) a line: lines of different origin never mix. */
static void emit(enum config_level level, const char *text)
{
    static const int priorities[] = { 3, 4, 6, 7 }; /* syslog's err, warning, info, debug */
    char line[1200];
    if (level > threshold)
        return;
    int head = snprintf(line, sizeof line, "<%d>", priorities[level]);
    size_t n = (size_t)head + text_clean(line + head, sizeof line - (size_t)head - 1, text,
                                         strlen(text), TEXT_LINE);
    line[n++] = '\n';
    ssize_t done = write(STDERR_FILENO, line, n);
    (void)done; /* nowhere to report it */
}

#define EMIT_FORMATTED(level)                                                                      \
    char text[1024];                                                                               \
    va_list ap;                                                                                    \
    va_start(ap, format);                                                                          \
    vsnprintf(text, sizeof text, format, ap);                                                      \
    va_end(ap);                                                                                    \
    emit(level, text)

void log_error(const char *format, ...)
{
    EMIT_FORMATTED(CONFIG_LOG_ERROR);
}

void log_warning(const char *format, ...)
{
    EMIT_FORMATTED(CONFIG_LOG_WARNING);
}

void log_info(const char *format, ...)
{
    EMIT_FORMATTED(CONFIG_LOG_INFO);
}

void log_debug(const char *format, ...)
{
    EMIT_FORMATTED(CONFIG_LOG_DEBUG);
}

void log_line_begin(struct log_line *line, const char *event)
{
    line->len = text_clean(line->text, sizeof line->text, event, strlen(event), TEXT_WORD);
}

void log_line_add(struct log_line *line, const char *key, const char *value)
{
    char word[256];
    if (value == NULL || value[0] == '\0')
        value = "-";
    text_clean(word, sizeof word, value, strlen(value), TEXT_WORD);
    size_t left = sizeof line->text - line->len;
    int n = snprintf(line->text + line->len, left, " %s=%s", key, word);
    if (n > 0 && (size_t)n < left)
        line->len += (size_t)n;
    else
        line->text[line->len] = '\0';
}

void log_line_write(const struct log_line *line, enum config_level level)
{
    emit(level, line->text);
}
