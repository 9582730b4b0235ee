/* Chapter 11: how do keyboard and mouse reach the CPU? */
#pragma once
#include "drivers/ps2/ps2_device.h"

/* One byte to a device. Waits for the controller, but not long. */
void ps2_send(const struct ps2_device *device, uint8_t byte);

const char *ps2_start(void);
