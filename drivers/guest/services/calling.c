/* Chapter 20: how does a guest call a function of its host? By the means of drivers/guest/services/hgcm.h; here is only
 * what the board says of it. */
#include "drivers/guest/services/calling.h"
#include "drivers/guest/services/hgcm.h"
#include "kernel/desktop/board.h"
#include "lib/format.h"

static bool tell_services(char *text, size_t size)
{
    format(text, size, "%u connections, %lu calls so far, %u without an answer yet", hgcm_counts.clients,
           hgcm_counts.calls, hgcm_counts.waiting);
    return hgcm_counts.clients;
}

const char *calling_start(void)
{
    static struct board_row row = { "Services", tell_services, NULL };
    board_add(&row);
    return hgcm_start();
}
