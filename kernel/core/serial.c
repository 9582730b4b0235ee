/* Chapter 2: how does a byte leave the machine?
 *
 * Through the oldest device that every machine and every emulator still has: a
 * 16550 UART. From here on the log is visible while it is written. */
#include "kernel/core/serial.h"
#include "kernel/core/cpu.h"
#include "kernel/core/log.h"
#include "kernel/core/port.h"
#include "lib/format.h"

/* 16550 registers, as offsets from the port (National PC16550D data sheet, table II). */
enum {
    COM1 = 0x3f8,
    DATA = 0,             /* low half of the divisor while DLAB is set */
    INTERRUPT_ENABLE = 1, /* high half of the divisor while DLAB is set */
    FIFO_CONTROL = 2, /* when read: what calls, and whether there is a FIFO */
    LINE_CONTROL = 3,
    MODEM_CONTROL = 4,
    LINE_STATUS = 5,
    SCRATCH = 7,
};

enum {
    LINE_8N1 = 0x03,
    LINE_DLAB = 0x80,
    FIFO_ENABLE_AND_CLEAR = 0x07,
    FIFO_IS_ON = 0xc0, /* when read */
    FIFO_BYTES = 16,
    MODEM_READY = 0x03,  /* data terminal ready, request to send */
    MODEM_CALLS = 0x08,  /* OUT2: on a PC, lets the interrupt out */
    CALL_HEARD = 0x01,   /* interrupt when a byte was heard */
    STATUS_HEARD = 0x01, /* a byte was heard */
    STATUS_EMPTY = 0x20, /* the transmitter takes a byte; with a FIFO, as many as fit there */
    DIVISOR_115200 = 1,
    PATIENCE = 1000 * 1000, /* polls: a second or more. A byte takes 87 microseconds, but a host may be busy */
};

static bool present, stuck;
static size_t room; /* of the transmitter when it is empty, bytes */

/* Hands bytes to the transmitter if it is empty; between look and bytes no handler may log. */
static bool try_to_send(const char *bytes, size_t count)
{
    uint64_t flags = cpu_interrupts_save();
    bool is_empty = port_read8(COM1 + LINE_STATUS) & STATUS_EMPTY;
    for (size_t i = 0; i < count && is_empty; i++)
        port_write8(COM1 + DATA, (uint8_t)bytes[i]);
    cpu_interrupts_restore(flags);
    return is_empty;
}

/* No more bytes than there is room for. */
static void send(const char *bytes, size_t count)
{
    for (int polls = 0; !try_to_send(bytes, count); polls++)
        if (polls == PATIENCE || stuck) {
            stuck = true; /* nobody takes our bytes: from now on one look each, no waiting */
            return;
        }
    stuck = false;
}

static size_t add(char *bytes, size_t used, char byte)
{
    bytes[used++] = byte;
    if (used < room)
        return used;
    send(bytes, used);
    return 0;
}

static size_t add_text(char *bytes, size_t used, const char *text)
{
    while (*text)
        used = add(bytes, used, *text++);
    return used;
}

void serial_write(const char *text, size_t length)
{
    char bytes[FIFO_BYTES];
    size_t used = 0;
    for (size_t i = 0; i < length && present; i++)
        if (text[i] == '\n')
            used = add_text(bytes, used, "\r\n");
        else if (text[i] == '\f')
            used = add_text(bytes, used, "\x1b[H\x1b[2J"); /* ECMA-48: cursor to the corner, erase all */
        else
            used = add(bytes, used, text[i]);
    if (used)
        send(bytes, used);
}

static struct log_output serial_output = { serial_write, serial_write, NULL };

/* A UART keeps what is written to its scratch register; an empty socket does not. */
static bool is_present(void)
{
    port_write8(COM1 + SCRATCH, 0x5a);
    if (port_read8(COM1 + SCRATCH) != 0x5a)
        return false;
    port_write8(COM1 + SCRATCH, 0xa5);
    return port_read8(COM1 + SCRATCH) == 0xa5;
}

bool serial_listen(void)
{
    if (!present)
        return false;
    port_write8(COM1 + MODEM_CONTROL, MODEM_READY | MODEM_CALLS);
    port_write8(COM1 + INTERRUPT_ENABLE, 0);
    port_write8(COM1 + INTERRUPT_ENABLE, CALL_HEARD);
    return true;
}

bool serial_take(char *byte)
{
    if (!present || !(port_read8(COM1 + LINE_STATUS) & STATUS_HEARD))
        return false;
    *byte = (char)port_read8(COM1 + DATA);
    return true;
}

const char *serial_start(void)
{
    present = is_present();
    if (!present)
        return "no serial port";
    port_write8(COM1 + INTERRUPT_ENABLE, 0);
    port_write8(COM1 + LINE_CONTROL, LINE_DLAB);
    port_write8(COM1 + DATA, DIVISOR_115200);
    port_write8(COM1 + INTERRUPT_ENABLE, 0);
    port_write8(COM1 + LINE_CONTROL, LINE_8N1);
    port_write8(COM1 + FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    room = (port_read8(COM1 + FIFO_CONTROL) & FIFO_IS_ON) == FIFO_IS_ON ? FIFO_BYTES : 1;
    port_write8(COM1 + MODEM_CONTROL, MODEM_READY);
    log_join(&serial_output);
    return "COM1, 115200 baud, 8N1";
}
