/* SPDX-License-Identifier: Apache-2.0 */
#include "net/chain.h"

#include "net/sts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In AWS's order: the first one that is configured decides. */
static const struct source *const sources[] = {
    &source_environment, &source_profile, &source_web_identity, &source_container, &source_imds,
};

void chain_free(struct source_chain **chain)
{
    if (chain == NULL || *chain == NULL)
        return;
    for (size_t i = 0; i < SOURCE_LINKS; i++) {
        struct source_link *l = &(*chain)->link[i];
        if (l->token != NULL)
            explicit_bzero(l->token, strlen(l->token));
        char *owned[] = { l->url,         l->region, l->role_arn,   l->session_name,
                          l->external_id, l->token,  l->token_file, l->command };
        for (size_t k = 0; k < COUNT(owned); k++)
            free(owned[k]);
    }
    credentials_wipe(&(*chain)->keys);
    free(*chain);
    *chain = NULL;
}

bool chain_is_static(const struct source_chain *chain)
{
    return chain->count == 1 && chain->link[0].source->prepare == NULL;
}

static int find(struct source_search *s)
{
    const struct credentials_options *o = s->options;
    int err = ERR_ABSENT;
    if (o->external_id != NULL && o->role_arn == NULL)
        return source_refuse(s, "[credentials] external_id without role_arn");
    for (size_t i = 0; i < COUNT(sources) && err == ERR_ABSENT; i++) {
        err = sources[i]->find(s);
        s->chain->name = sources[i]->name;
    }
    if (err == ERR_ABSENT)
        return source_refuse(s, "no source of AWS credentials is configured");
    if (err == 0 && o->role_arn != NULL) {
        const struct sts_role role = { .role_arn = o->role_arn, .external_id = o->external_id };
        err = sts_add_role(s, "[credentials]", &role);
    }
    return err;
}

int chain_find(const struct credentials_options *options, struct source_chain **ret_chain,
               char ret_why[SOURCE_WHY_SIZE])
{
    struct source_search s = { .options = options };
    s.chain = calloc(1, sizeof *s.chain);
    int err = s.chain == NULL ? ERR_NOMEM : find(&s);
    if (err != 0) {
        snprintf(ret_why, SOURCE_WHY_SIZE, "%s", s.why[0] != '\0' ? s.why : err_text(err));
        chain_free(&s.chain);
        return err;
    }
    *ret_chain = s.chain;
    return 0;
}
