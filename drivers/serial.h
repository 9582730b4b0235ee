/* Chapter 2: the serial port COM1, the kernel's line to the outside. */
#pragma once

/* Programs COM1 and joins the log. */
const char *serial_start(void);
