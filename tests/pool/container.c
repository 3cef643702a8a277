/* SPDX-License-Identifier: Apache-2.0 */
/* The credentials endpoint of containers; see container.h. */
#include "container.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "call.h"
#include "imds.h"

static void refuse(struct http_reply *rp, unsigned status, const char *code, const char *message)
{
    struct json_object *o = json_object_new_object();
    call_put(o, "code", code);
    call_put(o, "message", message);
    http_text(rp, status, "application/json", json_object_to_json_string(o));
    json_object_put(o);
}

void container_handle(struct world *w, const struct http_request *rq, struct http_reply *rp)
{
    const char *token = http_header(rq, "authorization");
    if (strcmp(rq->method, "GET") != 0) {
        refuse(rp, 405, "MethodNotAllowed", "Only GET is allowed");
    } else if (!bytes_equal(token, w->container_token)) {
        refuse(rp, 401, "AccessDenied", "The authorization token is missing or wrong");
    } else if (strcmp(rq->url + sizeof CONTAINER_PATH - 1, w->container_id) != 0) {
        refuse(rp, 400, "InvalidIdInRequest", "CredentialsV2Request: No Credentials for ID");
    } else {
        struct json_object *o = json_object_new_object();
        char *arn = bytes_format("arn:aws:iam::%s:role/%s", w->account, w->imds->role);
        call_put(o, "RoleArn", arn);
        imds_put_keys(w, o);
        http_text(rp, 200, "application/json",
                  json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
                                                        JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
        free(arn);
    }
}
