/* A pair of 8259s, and the vectors that they reach. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

extern struct fake_pic {
    int words; /* of the initialisation still to come */
    uint8_t vector, mask, request, service;
    bool shows_service;
} fake_pics[2];
extern uint16_t fake_pic_trigger; /* edge or level, a bit a line */

void fake_pic_plug(void);

/* A device calls; if `withdrawn`, only until the processor asks who it was. */
void fake_pic_call(int line, bool withdrawn);

/* What an interrupt on this vector makes of the kernel; somebody must have attached to it. */
void fake_interrupt(uint8_t vector);
