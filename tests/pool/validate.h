/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of requests as in the service model: which members an operation has, which are
 * required, their types, lengths, ranges and patterns. Meaning is the handlers' business.
 */
#ifndef POOL_VALIDATE_H
#define POOL_VALIDATE_H

#include "call.h"

enum member_type {
    TYPE_TEXT,
    TYPE_NUMBER,
    TYPE_FLAG,
    TYPE_MAP,      /* string -> string */
    TYPE_TEXTS,    /* list of strings */
    TYPE_ATTRS,    /* list of {Name, Value} */
    TYPE_CONTEXT,  /* ContextDataType */
    TYPE_MFA,      /* {Enabled, PreferredMfa} */
    TYPE_VERIFIER, /* DeviceSecretVerifierConfigType */
    TYPE_OBJECT,
};

enum member_pattern {
    ANY,
    POOL_ID,   /* [\w-]+_[0-9a-zA-Z]+ */
    CLIENT_ID, /* [\w+]+ */
    NAME,      /* [\p{L}\p{M}\p{S}\p{N}\p{P}]+ */
    NO_BLANK,  /* [\S]+ */
    TOKEN,     /* [A-Za-z0-9-_=.]+ */
    DIGITS,    /* [0-9]+ */
    DEVICE,    /* [\w-]+_[0-9a-f-]+ */
};

struct member_rule {
    const char *name;
    enum member_type type;
    bool required;
    int min, max; /* length of a text in characters, range of a number */
    enum member_pattern pattern;
};

/* Fails the call with SerializationException or InvalidParameterException. */
void validate_members(struct call *c);

#endif
