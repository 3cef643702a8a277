/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/sources.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* No value of a configuration file holds a newline: the lines cannot be shifted. */
static bool add(EVP_MD_CTX *md, const char *key, const char *value)
{
    return EVP_DigestUpdate(md, key, strlen(key)) == 1 && EVP_DigestUpdate(md, "=", 1) == 1 &&
           EVP_DigestUpdate(md, value, strlen(value)) == 1 && EVP_DigestUpdate(md, "\n", 1) == 1;
}

static bool add_all(EVP_MD_CTX *md, const struct config *c)
{
    static const char head[] = "pam_cognito attributes v1\n";
    struct config_source source;
    bool ok = EVP_DigestUpdate(md, head, strlen(head)) == 1 && add(md, "pool_id", c->pool_id);
    for (size_t i = 0; ok && config_source(c, i, &source); i++)
        ok = add(md, source.key, source.attribute);
    return ok;
}

int sources_line(const struct config *c, char ret_line[SOURCES_LINE_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL)
        return ERR_NOMEM;
    bool ok = EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 && add_all(md, c) &&
              EVP_DigestFinal_ex(md, digest, NULL) == 1;
    EVP_MD_CTX_free(md);
    if (!ok)
        return ERR_SYSTEM;
    memcpy(ret_line, "v1:", 4);
    for (size_t i = 0; i < 32; i++)
        snprintf(ret_line + 3 + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

int sources_check(const struct config *c, char ret_why[CONFIG_WHY_MAX])
{
    char line[SOURCES_LINE_SIZE];
    if (c->attributes_verified[0] == '\0')
        return 0;
    int err = sources_line(c, line);
    if (err == 0 && strcmp(c->attributes_verified, line) == 0)
        return 0;
    snprintf(ret_why, CONFIG_WHY_MAX, "configuration: [users] attributes_verified: %s",
             err != 0 ? err_text(err)
                      : "is not the line of this pool_id and these attributes: look at the "
                        "attributes again and make the line anew, cognitod.conf(5), ATTRIBUTES "
                        "THAT USERS WRITE");
    return err != 0 ? err : ERR_CONFIG;
}
