/* Chapter 14: the pointer and the host's mouse, put together. */
#pragma once

const char *mouse_integration_start(void);
