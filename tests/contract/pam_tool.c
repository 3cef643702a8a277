/* SPDX-License-Identifier: Apache-2.0
 *
 * The other modules of a script's stack, as one: `set=PASSWORD` leaves PAM_AUTHTOK as pam_unix
 * above us would, `old=PASSWORD` PAM_OLDAUTHTOK, `show` logs what a module below us would find
 * there, `succeed` and `ignored` make PAM_IGNORE visible to the program.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <syslog.h>

#define EXPORT __attribute__((visibility("default")))

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void set_token(pam_handle_t *handle, int item, const char *hex)
{
    char text[128] = "";
    for (size_t i = 0; hex[0] != '\0' && hex[1] != '\0' && i < sizeof text - 1; i++, hex += 2)
        text[i] = (char)(digit(hex[0]) << 4 | digit(hex[1]));
    (void)pam_set_item(handle, item, text);
}

static int act(pam_handle_t *handle, int argc, const char **argv)
{
    const void *authtok = NULL, *old = NULL;
    if (argc < 1)
        return PAM_SYSTEM_ERR;
    for (int i = 0; i < argc; i++) {
        bool is_old = strncmp(argv[i], "old=", 4) == 0;
        if ((is_old || strncmp(argv[i], "set=", 4) == 0) && argv[i][4] != '\0')
            set_token(handle, is_old ? PAM_OLDAUTHTOK : PAM_AUTHTOK, argv[i] + 4);
    }
    if (strcmp(argv[0], "show") == 0) {
        (void)pam_get_item(handle, PAM_AUTHTOK, &authtok);
        (void)pam_get_item(handle, PAM_OLDAUTHTOK, &old);
        pam_syslog(handle, LOG_INFO, "below: authtok=%s",
                   authtok == NULL ? "-" : (const char *)authtok);
        pam_syslog(handle, LOG_INFO, "below: oldauthtok=%s", old == NULL ? "-" : (const char *)old);
    }
    if (strcmp(argv[0], "succeed") == 0)
        return PAM_SUCCESS;
    return strcmp(argv[0], "ignored") == 0 ? PAM_BAD_ITEM : PAM_IGNORE;
}

#define ENTRY(name)                                                                                \
    EXPORT int name(pam_handle_t *handle, int flags, int argc, const char **argv)                  \
    {                                                                                              \
        (void)flags;                                                                               \
        return act(handle, argc, argv);                                                            \
    }

ENTRY(pam_sm_authenticate)
ENTRY(pam_sm_setcred)
ENTRY(pam_sm_acct_mgmt)
ENTRY(pam_sm_open_session)
ENTRY(pam_sm_close_session)
ENTRY(pam_sm_chauthtok)
