/* Chapter 21: what does the service of guest properties want to hear? VirtualBox's VBoxGuestPropSvc. */
#pragma once

enum properties_function {
    PROPERTIES_GET = 1,
    PROPERTIES_SET = 2,
    PROPERTIES_DELETE = 4,
    PROPERTIES_LIST = 5,
    PROPERTIES_WAIT = 6,
};

enum { /* status */
    PROPERTIES_REFUSED = -10, /* the host's own, or for reading alone */
    PROPERTIES_ABSENT = -78,
    PROPERTIES_ENDED = -39, /* of a wait: by another one like it, or because the client goes */
    PROPERTIES_OVERFLOW = -41, /* the answer is larger than the buffer; how large, it says */
    PROPERTIES_MISSED = 78,    /* older changes than this one may have been missed */
};
