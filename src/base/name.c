/* SPDX-License-Identifier: Apache-2.0 */
#include "base/name.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What may stand first, and what later: judged on every look-up, hence a table. */
enum { FIRST = 1, LATER = 2 };
static const uint8_t allowed[256] = {
    ['a' ... 'z'] = FIRST | LATER,
    ['_'] = FIRST | LATER,
    ['0' ... '9'] = LATER,
    ['.'] = LATER,
    ['-'] = LATER,
};

bool name_is_valid(const char *s)
{
    const uint8_t *p = (const uint8_t *)s;
    size_t n = 0;
    if ((allowed[p[0]] & FIRST) == 0)
        return false;
    while (n <= NAME_MAX_BYTES && (allowed[p[n]] & LATER) != 0)
        n++;
    return n <= NAME_MAX_BYTES && p[n] == '\0' && p[n - 1] != '.';
}

/* Groups that give rights on a Debian, Ubuntu, Fedora or RHEL host, or own its devices and logs. In
 * the order of strcmp(). */
static const char *const privileged[] = {
    "_ssh",     "adm",       "admin",      "audio",        "backup",      "bin",       "cdrom",
    "cognitod", "daemon",    "dialout",    "dip",          "disk",        "docker",    "fax",
    "floppy",   "games",     "gnats",      "incus",        "incus-admin", "input",     "irc",
    "kmem",     "kvm",       "libvirt",    "libvirt-qemu", "list",        "lp",        "lpadmin",
    "lxd",      "mail",      "man",        "mem",          "microk8s",    "netdev",    "news",
    "nobody",   "nogroup",   "operator",   "plugdev",      "podman",      "proxy",     "qemu",
    "render",   "root",      "sambashare", "sasl",         "sgx",         "shadow",    "src",
    "ssh",      "ssh_keys",  "sshd",       "ssl-cert",     "staff",       "sudo",      "sys",
    "syslog",   "tape",      "tss",        "tty",          "users",       "utempter",  "utmp",
    "uucp",     "vboxusers", "video",      "voice",        "wheel",       "wireshark", "www-data",
};

static int by_name(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

bool name_is_privileged_group(const char *s)
{
    return strncmp(s, "systemd-", 8) == 0 ||
           bsearch(s, privileged, COUNT(privileged), sizeof privileged[0], by_name) != NULL;
}

bool name_fold(char *dst, size_t cap, const char *src, size_t n)
{
    dst[0] = '\0';
    if (n >= cap || memchr(src, '\0', n) != NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        dst[i] = src[i] >= 'A' && src[i] <= 'Z' ? (char)(src[i] - 'A' + 'a') : src[i];
    dst[n] = '\0';
    return true;
}
