/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control interface: plain HTTP on a unix socket, for tests and for the person who tries the
 * pool. Codes and time, latency and faults, counters and the request log, tokens with a flaw, and
 * any operation in the administrator's name, so that a test needs no AWS client.
 */
#ifndef POOL_CONTROL_H
#define POOL_CONTROL_H

#include "http.h"

http_handler control_handle;

#endif
