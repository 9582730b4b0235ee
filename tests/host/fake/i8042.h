/* A keyboard controller with a keyboard and a mouse, for the tests of chapter 11.
 *
 * It is stricter than a real one: a byte that is written before the last one was taken, a
 * data port that is read while it is empty, and any command that it does not know end
 * the test. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { FAKE_QUEUE_BYTES = 4096 };

struct fake_ps2 { /* a device at one of the ports */
    bool plugged, reporting;
    bool deaf;            /* answers nothing */
    int resends;          /* answers so many bytes with "again", or all: -1 */
    bool hard_of_hearing; /* wants to hear every byte twice */
    bool heard_once;
    uint8_t identity;                /* what the mouse is now: 0, 3, 4 */
    uint8_t best_identity;           /* what it can be knocked to */
    uint8_t odd_identity;            /* what it says that it is; 0: the truth */
    uint8_t rates[3];                /* the last three, oldest first */
    bool tilts;                      /* after the third knock */
    uint8_t parameter_of;            /* command that waits for its parameter; 0: none */
    uint8_t bytes[FAKE_QUEUE_BYTES]; /* on their way to the controller */
    int first, count;
};

struct fake_i8042 {
    struct fake_ps2 keyboard, mouse;
    bool has_second_port;
    bool forgets;                               /* the self test resets the configuration */
    bool takes_nothing;                         /* the input buffer stays full */
    bool never_empty;                           /* the output buffer stays full */
    bool silent;                                /* commands are taken and not answered */
    uint8_t self_test, first_test, second_test; /* answers */
    uint8_t configuration;
    uint8_t damage;      /* status bits that come with the next byte of a device */
    char commands[4096]; /* everything the kernel wrote, as text: "c:ad" to the command port, "d:ff" to the data port */
};
extern struct fake_i8042 fake_i8042;

/* Plugs in a controller as PCs have it, with keyboard and mouse of five buttons. */
void fake_i8042_plug(void);

/* Bytes that a device sends of its own accord; then the interrupts that follow. */
void fake_i8042_type(const uint8_t *scan_codes, int count);
void fake_i8042_report(const uint8_t *packet, int count);

/* A mouse gets power: it tests itself, says so, and reports nothing until it is told to. */
void fake_i8042_plug_in_mouse(void);

/* What the interrupt controller would do: calls handlers until no line is raised. */
void fake_i8042_interrupt(void);
extern int fake_i8042_interrupts; /* calls of a handler */
