/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials of a container (ECS, EKS Pod Identity): one GET whose address and bearer token the
 * container's environment names. The answer is the metadata service's document: net/imds.h.
 */
#ifndef NET_CONTAINER_H
#define NET_CONTAINER_H

#include "net/source.h"

/* The link, for profiles that name this source too. ERR_ABSENT when the environment names no
 * endpoint; ERR_CONFIG for one that must not be asked; ERR_NOMEM. */
int container_add(struct source_search *s) MUST_CHECK;

#endif
