/* SPDX-License-Identifier: Apache-2.0
 *
 * The least an NSS module can do for the first look-up of a process: open one file, map it, hash,
 * compare, copy. It trusts what it maps.
 */
#include "first.h"

#include <fcntl.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((visibility("default"))) enum nss_status _nss_ideal_getpwnam_r(
    const char *name, struct passwd *ret, char *buffer, size_t bytes, int *errnop);

static const struct first_record *records;

static const struct first_record *map_records(void)
{
    struct stat st;
    int fd = open(FIRST_IDEAL, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return NULL;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    return p == MAP_FAILED ? NULL : p;
}

enum nss_status _nss_ideal_getpwnam_r(const char *name, struct passwd *ret, char *buffer,
                                      size_t bytes, int *errnop)
{
    if (records == NULL)
        records = map_records();
    if (records == NULL) {
        *errnop = errno;
        return NSS_STATUS_UNAVAIL;
    }
    uint32_t at = first_hash(name);
    while (records[at & FIRST_MASK].text[0] != '\0' &&
           strcmp(records[at & FIRST_MASK].text, name) != 0)
        at++;
    const struct first_record *r = &records[at & FIRST_MASK];
    if (r->text[0] == '\0')
        return NSS_STATUS_NOTFOUND;
    if (bytes < sizeof r->text) {
        *errnop = ERANGE;
        return NSS_STATUS_TRYAGAIN;
    }
    memcpy(buffer, r->text, sizeof r->text);
    ret->pw_name = buffer;
    ret->pw_passwd = buffer + r->gecos - 2;
    ret->pw_uid = r->uid;
    ret->pw_gid = r->gid;
    ret->pw_gecos = buffer + r->gecos;
    ret->pw_dir = buffer + r->home;
    ret->pw_shell = buffer + r->shell;
    return NSS_STATUS_SUCCESS;
}
