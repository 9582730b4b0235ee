/* Chapter 11: keys and clicks, as the PC has had them since 1987. */
#pragma once

const char *ps2_start(void);
