/* Registers that lie in memory: the device behind them sees every access. */
#pragma once
#include <stdint.h>

/* A page of 32-bit registers at `address`, which no other memory has. Offsets are in bytes. */
struct fake_registers {
    uint32_t address;
    uint32_t (*read)(struct fake_registers *device, uint32_t offset);
    void (*write)(struct fake_registers *device, uint32_t offset, uint32_t value);
    struct fake_registers *next;
};
void fake_registers_plug(struct fake_registers *device);
