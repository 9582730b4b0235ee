/* Chapter 20: calling a service. */
#pragma once

const char *calling_start(void);
