/* What must a kernel have for drivers/guest to live in it?
 *
 * What stands here: twenty functions and the few structures between them and the driver.
 * The driver is compiled and linked against this header alone; docs/driver-elsewhere.md
 * says what each function must do. In a kernel of your own the headers that the driver
 * includes may all be one line that includes yours. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ports and interrupts: an instruction or two each, better inline. */
uint32_t port_read32(uint16_t port);
void port_write32(uint16_t port, uint32_t value);
uint64_t cpu_interrupts_save(void);
void cpu_interrupts_restore(uint64_t flags);

/* The device. More fields do no harm, here and below. */
enum pci_bar_kind { PCI_BAR_NONE, PCI_BAR_PORTS, PCI_BAR_MEMORY };
enum { PCI_COMMAND_PORTS = 1, PCI_COMMAND_MEMORY = 2 };

struct pci_bar {
    enum pci_bar_kind kind;
    uint64_t address, bytes;
};

struct pci_device {
    struct pci_bar bars[6];
};

struct pci_device *pci_find(uint16_t vendor, uint16_t device);
void pci_enable(const struct pci_device *device, uint16_t command_bits);

enum cache { CACHE_OFF };
void *map_device(uint64_t physical, size_t bytes, enum cache cache);

/* Its line. */
struct interrupt_line {
    uint32_t number;
    bool level;
};

struct interrupt_handler { /* the driver fills them in this order */
    const char *name;
    bool (*handle)(void);
    struct interrupt_handler *next;
};

bool pci_interrupt(const struct pci_device *device, struct interrupt_line *line);
bool interrupt_attach(struct interrupt_line line, struct interrupt_handler *handler);
void interrupt_close(uint32_t number);
bool interrupt_is_open(uint32_t number);

/* Waiting. The driver has one task. */
#define WAIT_FOREVER UINT64_MAX

struct task {
    void (*function)(void *);
    void *argument;
};

void task_create(struct task *task, const char *name, void (*function)(void *), void *argument);
bool wait_until(bool (*condition)(void *), void *argument, uint64_t microseconds);

/* Where events of the mouse go. */
enum input_source { INPUT_HOST_MOUSE };
enum input_kind { INPUT_ABSOLUTE };
enum input_buttons { BUTTON_LEFT = 1, BUTTON_RIGHT = 2, BUTTON_MIDDLE = 4, BUTTON_BACK = 8, BUTTON_FORWARD = 16 };
enum { INPUT_POSITION_MAX = 65535 };

struct input_event {
    enum input_source source;
    enum input_kind kind;
    int32_t x, y;
    bool has_buttons;
    uint32_t buttons;
    int32_t wheel, wheel_side;
};

void input_put(struct input_event event);

/* What a pointer looks like. */
enum { POINTER_SIDE_MAXIMUM = 32, POINTER_DARK = 0x101418, POINTER_LIGHT = 0xffffff };

struct pointer_shape { /* up to POINTER_SIDE_MAXIMUM a side; '#' dark, '.' light, ' ' clear, by rows */
    const char *name;
    int32_t width, height, hot_x, hot_y;
    const char *picture;
};

/* Memory and words. */
void *memset(void *to, int value, size_t bytes);
struct log_output { /* the driver fills them in this order */
    void (*write)(const char *text, size_t length);
    void (*panic_write)(const char *text, size_t length);
    struct log_output *next;
};

void print(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
char *format(char *buffer, size_t size, const char *pattern, ...) __attribute__((format(printf, 3, 4)));
void log_join(struct log_output *output);
void host_log_write(const char *text, size_t length);
void __attribute__((noreturn, format(printf, 3, 4))) panic_at(const char *file, int line, const char *pattern, ...);

#define check(left, relation, right)                                                                                   \
    do {                                                                                                               \
        if (!((uint64_t)(left)relation(uint64_t)(right)))                                                              \
            panic_at(__FILE__, __LINE__, "%s is not %s %s", #left, #relation, #right);                                 \
    } while (0)
