/* Chapter 19: how does a person speak with the kernel? */
#pragma once

const char *prompt_start(void);
