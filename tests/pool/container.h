/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The credentials endpoint of containers (ECS, EKS Pod Identity): one path, an Authorization token,
 * the same keys as the instance's. On the metadata server; its own name for faults: CONTAINER.
 */
#ifndef POOL_CONTAINER_H
#define POOL_CONTAINER_H

#include "http.h"

#define CONTAINER_PATH "/v2/credentials/"

/* Paths that begin with CONTAINER_PATH. */
http_handler container_handle;

#endif
