/* Chapter 15: whose arrow is it? */
#pragma once

const char *pointer_owner_start(void);
