/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "wire/wire.h"

#include <stdio.h>
#include <string.h>

int cli_user(int argc, char **argv)
{
    uint8_t request[WIRE_HEADER_BYTES + WIRE_NAME_SIZE];
    struct wire_msg m = wire_begin(request, sizeof request, WIRE_SHOW_USER);
    int said, size;
    (void)argc;
    if (argv[0][0] == '\0' || strlen(argv[0]) >= WIRE_NAME_SIZE) {
        fprintf(stderr, "cognitoctl: a name has 1 to %d bytes\n", WIRE_NAME_SIZE - 1);
        return 2;
    }
    wire_put_show_user(&m, argv[0]);
    size = wire_finish(&m);
    if (size < 0 || cli_print_facts(request, (size_t)size, &said) != 0)
        return 2;
    if (said == ERR_ABSENT)
        fputs("cognitoctl: cognitod knows no such user; a first login or look-up by root asks the "
              "pool\n",
              stderr);
    return said == 0 ? 0 : 1;
}
