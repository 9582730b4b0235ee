/* Chapter 2: how does a byte leave the machine? */
#pragma once

/* Programs COM1 and joins the log. */
const char *serial_start(void);
