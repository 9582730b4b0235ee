/* Memory in which a firmware left its tables. */
#pragma once
#include "kernel/machine/acpi.h"
#include <stdint.h>

enum { FAKE_FIRMWARE_BYTES = 0x200000 };
extern uint8_t fake_firmware[FAKE_FIRMWARE_BYTES];
extern size_t fake_firmware_used; /* by tables; they lie one after another */

/* Sound tables: below 4 GiB, above, and one that says nothing. */
void *fake_table(const char *signature, uint8_t revision, const void *body, size_t bytes);
void *fake_high_table(const char *signature, const void *body, size_t bytes);
void *fake_plain_table(const char *signature);
void *fake_rsdt(void *const *list, size_t count);
/* Makes the checksum right again. */
void fake_table_fix(void *table);

/* Makes the root pointer, sound, for either root table or both. */
void fake_root(void *rsdt, void *xsdt);

/* acpi_start, while only what it maps may be touched. */
const char *fake_acpi_start(void);

/* Tables are found once a boot: several boots in one test are processes of their own. */
void fake_another_boot(void (*run)(int), int argument);

#define RSDT(...) fake_rsdt((void *[]){ __VA_ARGS__ }, sizeof((void *[]){ __VA_ARGS__ }) / sizeof(void *))
#define XSDT(...) fake_table("XSDT", 1, (void *[]){ __VA_ARGS__ }, sizeof((void *[]){ __VA_ARGS__ }))
#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
