/* Chapter 18: keeping time and health. */
#pragma once

const char *health_start(void);
