/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOG_MAX 65536

/* As <syslog.h> has them, where the first may be a macro. */
__attribute__((visibility("default"), format(printf, 2, 3))) void syslog(int priority,
                                                                         const char *format, ...);
__attribute__((visibility("default"), format(printf, 3, 4))) void __syslog_chk(int priority,
                                                                               int flag,
                                                                               const char *format,
                                                                               ...);

static char collected[LOG_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

const char *log_text(void)
{
    return collected;
}

__attribute__((format(printf, 1, 0))) static void collect(const char *format, va_list args)
{
    pthread_mutex_lock(&lock);
    size_t n = strlen(collected);
    vsnprintf(collected + n, sizeof collected - n, format, args);
    n = strlen(collected);
    snprintf(collected + n, sizeof collected - n, "\n");
    pthread_mutex_unlock(&lock);
}

void syslog(int priority, const char *format, ...)
{
    va_list args;
    (void)priority;
    va_start(args, format);
    collect(format, args);
    va_end(args);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list args;
    (void)priority;
    (void)flag;
    va_start(args, format);
    collect(format, args);
    va_end(args);
}
