/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "wire/wire.h"

int cli_status(int argc, char **argv)
{
    uint8_t request[WIRE_HEADER_BYTES];
    struct wire_msg m = wire_begin(request, sizeof request, WIRE_STATUS);
    int said, size = wire_finish(&m);
    (void)argc;
    (void)argv;
    return size < 0 || cli_print_facts(request, (size_t)size, &said) != 0 ? 2 : 0;
}
