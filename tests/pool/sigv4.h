/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Signature Version 4, the verifying side, for POST of the services cognito-idp
 * and sts (reference:
 * "Authenticating Requests", AWS General Reference). Also the session token and expiry of
 * temporary keys. Whether the key may do what it asks is the dispatcher's question.
 */
#ifndef POOL_SIGV4_H
#define POOL_SIGV4_H

#include "call.h"

/* Sets c->who, or fails the call as AWS's front end does. */
void sigv4_check(struct call *c);

#endif
